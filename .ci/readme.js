/** Runs every command in the `sh` blocks, and every program in the `js` blocks, of the README and the docs, in order. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const files = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs", { recursive: true })
    .filter((f) => f.endsWith(".md"))
    .map((f) => `docs/${f}`),
];
/** Run by `.ci/run` itself: installing, testing, linting. */
const elsewhere = /^npm (ci|test|run lint)$/;

const run = (program, args) => execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
let count = 0;
for (const file of files) {
  for (const [, kind, text] of readFileSync(file, "utf8").matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)) {
    if (kind === "js") {
      console.log(`${file}: a program`);
      writeFileSync("readme-example.mjs", text);
      run(process.execPath, ["readme-example.mjs"]);
      rmSync("readme-example.mjs");
      count++;
      continue;
    }
    const commands = text.split("\n").flatMap((line) => line.replace(/\s#.*$/, "").split("&&"));
    for (const command of commands.map((c) => c.trim()).filter((c) => c && !elsewhere.test(c))) {
      console.log(`${file}: ${command}`);
      run("bash", ["-ec", command]);
      count++;
    }
  }
}
console.log(`${count} documented examples ran`);
