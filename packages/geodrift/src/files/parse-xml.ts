import { GeodriftError } from "@geodrift/core/errors";
import { DOMParser, type Document } from "@xmldom/xmldom";

/**
 * A document from text; warnings of the parser are passed over.
 * @param sentence from the first thing that the parser complains of
 * @throws GeodriftError `data` if it is not well-formed
 */
export function parseXml(text: string, sentence: (said: string) => string): Document {
  let complaint: string | undefined;
  const parser = new DOMParser({
    onError(level, message) {
      if (level === "warning") return;
      complaint ??= message.split("\n")[0];
      throw new SyntaxError(message);
    },
  });
  try {
    return parser.parseFromString(text, "text/xml");
  } catch (e) {
    if (complaint === undefined) throw e;
    throw new GeodriftError("data", sentence(complaint), { cause: e });
  }
}
