/** Runs every command of the README's and the docs' `sh` blocks, in order, in the root of the project. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const files = [
  "README.md",
  ...readdirSync("docs")
    .filter((f) => f.endsWith(".md"))
    .map((f) => `docs/${f}`),
];
/** Run by `.ci/run` itself, or hours long. */
const elsewhere = /^(npm ci|npm test|npm run (demo|lint|bench|train)|git clone|cd )/;

let count = 0;
for (const file of files) {
  const blocks = [...readFileSync(file, "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((m) => m[1]);
  for (const line of blocks.flatMap((b) => b.split("\n"))) {
    const commands = line
      .replace(/\s#.*$/, "")
      .split("&&")
      .map((c) => c.trim())
      .filter((c) => c && !c.startsWith("#"));
    for (const command of commands.filter((c) => !elsewhere.test(c))) {
      console.log(`${file}: ${command}`);
      execFileSync("bash", ["-ec", command], { stdio: ["ignore", "ignore", "inherit"] });
      count++;
    }
  }
}
console.log(`${count} documented commands ran`);
