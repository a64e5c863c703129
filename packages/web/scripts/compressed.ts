/** Files of the page that are text, compressed when it is built: the server hands them out as they are. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const text = /\.(html|js|css|json|svg)$/;
/** Smaller ones are a packet either way. */
const leastBytes = 1400;

/** Writes `<file>.br` and `<file>.gz` beside every such file of what is built; browsers take the first over HTTPS and locally alone. */
export function compressed(): Plugin {
  return {
    name: "geodrift-compressed",
    apply: "build",
    writeBundle({ dir = "" }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((f) => text.test(f))) {
        const bytes = readFileSync(join(dir, name));
        if (bytes.length < leastBytes) continue;
        // The best of all takes ten times as long, for a twentieth.
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes, { params }));
        writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
