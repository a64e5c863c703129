import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Most bytes of a name, on every file system that people have. */
const most = 255;

/**
 * Where a file is written before it takes its place: beside it, under a name of its own, the same every time.
 * @param name from the file's own; where that would be longer than names may be, a hash of it takes its place
 */
export function temporaryBeside(file: string, name: (own: string) => string): string {
  const own = basename(file);
  const wanted = name(own);
  const short = () => name(createHash("sha256").update(own).digest("hex").slice(0, 24));
  return join(dirname(file), Buffer.byteLength(wanted) <= most ? wanted : short());
}
