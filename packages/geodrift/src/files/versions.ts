import { readFile } from "node:fs/promises";

/** The versions of geodrift and Node and the processor's architecture, as JSON: what the last bits of a weight depend on. */
export async function versions(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return JSON.stringify({ geodrift: version, node: process.version, arch: process.arch });
}
