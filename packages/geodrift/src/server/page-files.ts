/** The built page: files of one folder, whose names say what is in them. */
import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import type { MiddlewareHandler } from "hono";

const folder = fileURLToPath(new URL("../../page/", import.meta.url));

/** It takes folders from where the program was started. */
const fromHere = (path: string): string => relative(process.cwd(), path) || ".";

/** Serves one file, named when the server starts, in pieces if they are asked for (range requests, RFC 9110). */
export const oneFile = (file: string): MiddlewareHandler =>
  serveStatic({ root: fromHere(dirname(resolve(file))), rewriteRequestPath: () => basename(file) });

/** Serves the files of the built page; without one, a sentence with status 404. */
export function pageFiles(): MiddlewareHandler {
  if (!existsSync(folder))
    return async (c) => c.text("The page has not been built; the interface is described at /api.\n", 404);
  return serveStatic({
    root: fromHere(folder),
    precompressed: true,
    onFound: (path, c) => {
      // Names under assets/ change with their content.
      c.header("cache-control", /[\\/]assets[\\/]/.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
