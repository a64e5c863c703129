/**
 * Run by `npm pack`: puts ONNX Runtime's kernels for processors into the package, without the script that would fetch CUDA files
 * when it is installed, and without what this program never loads: DirectML and the shader compiler (loaded on demand by their
 * own execution providers alone), and the second copy of the library for macOS.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const from = dirname(dirname(createRequire(import.meta.url).resolve("onnxruntime-node")));
const to = fileURLToPath(new URL("../native/", import.meta.url));
const unused = /(^|[\\/])(DirectML|dxcompiler|dxil)\.dll$|\.\d+\.\d+\.\d+\.dylib$|\.(d\.ts|map)$/;

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const folder of ["dist", "bin"])
  cpSync(join(from, folder), join(to, folder), { recursive: true, filter: (file) => !unused.test(file) });

const { version, license } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
// Its modules are CommonJS, those around it are not.
writeFileSync(join(to, "package.json"), `${JSON.stringify({ type: "commonjs", private: true, version, license })}\n`);
writeFileSync(
  join(to, "README.md"),
  `ONNX Runtime ${version} for Node, as onnxruntime-node has it: https://github.com/microsoft/onnxruntime

MIT License, Copyright (c) Microsoft Corporation.
`,
);
const platforms = readdirSync(join(to, "bin", "napi-v6")).flatMap((platform) =>
  readdirSync(join(to, "bin", "napi-v6", platform)).map((arch) => `${platform}-${arch}`),
);
console.error(`native kernels ${version}: ${platforms.join(", ")}`);
