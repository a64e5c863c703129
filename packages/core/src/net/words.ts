/**
 * Words as tokens. A text encoder is what turns captions into numbers outside of the network, and those into tokens inside of it:
 * a closed vocabulary, whose table is learned with the network, or any frozen text model.
 */

import { type Tensor, tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import { linear } from "./layers.js";
import type { Traced } from "./parameters.js";

type Arr = np.Array;

/** What turns captions into tokens of a network. */
export interface TextEncoder {
  /** Number of tokens of every caption, padding included. */
  tokens: number;
  /** Names and shapes of the weights that are learned with a network of this width. */
  shapes(width: number): Record<string, number[]>;
  /**
   * Captions as numbers, outside of the network, one row of the tensor for each.
   * @throws GeodriftError `option` for words that it does not know (`UnknownWordsError`), or more than it has tokens
   * for
   */
  prepare(captions: readonly string[]): Tensor | Promise<Tensor>;
  /** Tokens [n, tokens, width] from what was prepared of n captions. */
  encode(p: Traced, prepared: Arr, width: number): Arr;
}

/** What a closed vocabulary knows. Words may be several in a row, such as "South Africa". */
export interface VocabularyConfig {
  /** Most words of a caption; shorter ones are padded. */
  tokens: number;
  /** Words with a learned row of the table each. */
  words: readonly string[];
  /**
   * Words on a circle, such as the months: their rows are a curve of two harmonics, so that one never seen lies between
   * others.
   */
  circle: readonly string[];
  /** Words that are read over, in lower case and without accents. */
  silent: readonly string[];
  /** Other names of its words, such as "USA". */
  aliases?: Readonly<Record<string, string>>;
}

/** Harmonics of the circle: a constant, and two waves. */
const circleWidth = 5;

/** A caption has words that the vocabulary does not hold: a GeodriftError `option`. */
export class UnknownWordsError extends GeodriftError {
  /** @param words those that are not known */
  constructor(
    caption: string,
    readonly words: readonly string[],
  ) {
    const are = words.length === 1 ? "is" : "are";
    super(
      "option",
      `"${caption}": ${words.map((w) => `"${w}"`).join(", ")} ${are} not among the words that the model knows`,
    );
  }
}

/** A text encoder of a closed vocabulary. */
export interface Vocabulary extends TextEncoder {
  /** All words but those that are read over. */
  known: readonly string[];
  /**
   * Word numbers from 1 on, 0 for padding, int32 [n, tokens].
   * @throws UnknownWordsError for words that are not among its own
   * @throws GeodriftError `option` for more words than it has tokens for
   */
  prepare(captions: readonly string[]): Tensor;
  /**
   * The words of a caption that it knows, as it writes them, in order.
   * @throws as `prepare`
   */
  read(caption: string): string[];
}

/**
 * A closed vocabulary, whose table is learned with the network. Words are compared without case, accents, stops and
 * commas; the longest match wins.
 */
export function closedVocabulary({ tokens, words, circle, silent, aliases = {} }: VocabularyConfig): Vocabulary {
  const all = [...words, ...circle];
  /** Lower case, without accents, stops ("St. Lucia") and commas. */
  const partsOf = (text: string) =>
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/\./g, "")
      .split(/[\s,;]+/)
      .filter((part) => part !== "");
  const ids = new Map(all.map((word, i) => [partsOf(word).join(" "), i + 1]));
  for (const [alias, word] of Object.entries(aliases)) {
    const id = ids.get(partsOf(word).join(" "));
    if (id !== undefined) ids.set(partsOf(alias).join(" "), id);
  }
  const passed = new Set(silent);
  const longest = Math.max(...[...ids.keys()].map((word) => word.split(" ").length));

  const idsOf = (caption: string): number[] => {
    const parts = partsOf(caption);
    const found: number[] = [];
    const unknown: string[] = [];
    for (let i = 0; i < parts.length; ) {
      let length = Math.min(longest, parts.length - i);
      while (length > 0 && !ids.has(parts.slice(i, i + length).join(" "))) length--;
      const id = ids.get(parts.slice(i, i + length).join(" "));
      if (id !== undefined) found.push(id);
      else if (!passed.has(parts[i])) unknown.push(parts[i]);
      i += Math.max(1, length);
    }
    if (unknown.length > 0) throw new UnknownWordsError(caption, unknown);
    if (found.length > tokens)
      throw new GeodriftError("option", `"${caption}": the model takes ${tokens} words at once, got ${found.length}`);
    return found;
  };

  const rows = circle.flatMap((_, m) => {
    const angle = (2 * Math.PI * m) / circle.length;
    return [1, Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)];
  });

  return {
    tokens,
    known: all,
    shapes: (width) => ({ "words.table": [words.length + 1, width], "words.circle": [circleWidth, width] }),
    read: (caption) => idsOf(caption).map((id) => all[id - 1]),
    prepare(captions) {
      const out = new Int32Array(captions.length * tokens);
      captions.forEach((caption, i) => {
        out.set(idsOf(caption), i * tokens);
      });
      return tensor(out, [captions.length, tokens], "int32");
    },
    encode(p, prepared) {
      const months = np.matmul(np.array(rows).reshape([circle.length, circleWidth]), p["words.circle"].ref);
      const table = np.concatenate([p["words.table"].ref, months], 0);
      return np.matmul(nn.oneHot(prepared, all.length + 1), table);
    },
  };
}

/** A frozen text model in front of one linear layer: what CLIP's text tower is to a diffusion model. */
export interface FrozenTextConfig {
  /** Number of tokens of every caption. */
  tokens: number;
  /** Numbers per token of the frozen model. */
  width: number;
  /**
   * The frozen model's tokens of captions, [n, tokens, width]; what is longer is cut, what is shorter padded, as it was
   * trained.
   */
  embed(captions: readonly string[]): Tensor | Promise<Tensor>;
}

/** A text encoder of a frozen model and one learned linear layer, [n, tokens, own width] to [n, tokens, width]. */
export function frozenText({ tokens, width: own, embed }: FrozenTextConfig): TextEncoder {
  return {
    tokens,
    shapes: (width) => ({ "words.project.weight": [width, own], "words.project.bias": [width] }),
    prepare: (captions) => embed(captions),
    encode: (p, prepared) => linear(p, "words.project", prepared),
  };
}
