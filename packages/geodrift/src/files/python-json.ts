/**
 * JSON as Python writes it: `NaN` and `Infinity` stand bare in it, which is not JSON. They become null; the same words
 * within strings stay what they are.
 * @throws SyntaxError if the rest is not JSON
 */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) => (token.startsWith('"') ? token : "null")),
  );
