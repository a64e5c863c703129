/** What people write of a picture, as a model of a closed vocabulary is told it. */
import { UnknownWordsError, type Vocabulary } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { kinds, months, seasons, surfaces } from "../earth/captions.js";
import { suggestion } from "../files/validation.js";

/** Things of which a picture has one. */
const exclusive = { "kinds of view": kinds, surfaces, seasons, months } as const satisfies Record<
  string,
  readonly string[]
>;

/**
 * Checks a caption against a model's closed vocabulary.
 * @param model its name, for messages
 * @returns the caption; undefined if it tells nothing
 * @throws GeodriftError `option` for words that the model does not know, or that contradict each other
 */
export function conditionWords(vocabulary: Vocabulary, text: string | undefined, model: string): string | undefined {
  const words = readWords(vocabulary, text ?? "", model);
  for (const [what, names] of Object.entries(exclusive)) {
    const own = (names as readonly string[]).filter((name) => words.includes(name));
    if (own.length > 1)
      throw new GeodriftError("option", `"${text}": a picture has one of several ${what}, got ${own.join(" and ")}`);
  }
  return words.length > 0 ? text : undefined;
}

/**
 * The words of a text that a model knows.
 * @param model its name, for messages
 * @throws GeodriftError `option` for words that it does not know, with the nearest one
 */
export function readWords(vocabulary: Vocabulary, text: string, model: string): string[] {
  try {
    return vocabulary.read(text);
  } catch (e) {
    if (!(e instanceof UnknownWordsError)) throw e;
    const list = `; "geodrift models inspect ${model}" lists them`;
    throw new GeodriftError("option", `${e.message}${suggestion(e.words[0], vocabulary.known, list)}`, { cause: e });
  }
}
