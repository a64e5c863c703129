/** Compiles wasm/adam.ts (AssemblyScript) into src/train/adam-wasm.ts, which is committed; a test holds the two together. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The bytes of the module, in base64. */
export async function compiled() {
  let bytes;
  // Three pages of 64 KiB hold the four chunks of src/train/adam.ts.
  const options = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--initialMemory", "3"];
  const { error, stderr } = await asc.main([at("wasm/adam.ts"), "--outFile", "adam.wasm", ...options], {
    writeFile: (_, contents) => {
      bytes = contents;
    },
  });
  if (error) throw new Error(`wasm/adam.ts: ${error.message}\n${stderr}`);
  return Buffer.from(bytes).toString("base64");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(
    at("src/train/adam-wasm.ts"),
    `/** wasm/adam.ts, compiled by "npm run build:wasm -w packages/core". */\nexport const adamWasm =\n  "${await compiled()}";\n`,
  );
