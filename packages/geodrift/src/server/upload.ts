/** The picture in the body of a request, of bounded size. */
import { HTTPException } from "hono/http-exception";

/**
 * Reads the body piece by piece and stops when it is too long, whatever its header says.
 * @throws HTTPException 413 or 400 in one sentence
 */
export async function readUpload(request: Request, mostBytes: number): Promise<Uint8Array> {
  const tooLong = () =>
    new HTTPException(413, { message: `a picture has at most ${Math.floor(mostBytes / 2 ** 20)} MiB here` });
  if (Number(request.headers.get("content-length") ?? 0) > mostBytes) throw tooLong();
  if (!request.body) throw new HTTPException(400, { message: "the body is empty, where a picture is expected" });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body) {
    length += part.length;
    if (length > mostBytes) throw tooLong();
    parts.push(part);
  }
  if (length === 0) throw new HTTPException(400, { message: "the body is empty, where a picture is expected" });
  return Buffer.concat(parts, length);
}
