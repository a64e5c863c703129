/**
 * Runs every command in the `sh` blocks, and every program in the `js` blocks, of the README and the docs, in order; then the
 * programs of the packages' own READMEs and the examples in docstrings, which install nothing.
 */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const below = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((f) => f.endsWith(ending))
    .sort()
    .map((f) => `${folder}/${f}`);
const documents = ["README.md", "CONTRIBUTING.md", ...below("docs", ".md").filter((f) => !f.includes("node_modules"))];
const packages = ["compile", "core", "geodrift"];
/** Run by `.ci/run` itself: installing, testing, linting. */
const elsewhere = /^npm (ci|test|run lint)$/;

const run = (program, args) => execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
let count = 0;

function runProgram(where, text) {
  console.log(`${where}: a program`);
  writeFileSync("readme-example.mjs", text);
  run(process.execPath, ["readme-example.mjs"]);
  rmSync("readme-example.mjs");
  count++;
}

for (const file of documents) {
  for (const [, kind, text] of readFileSync(file, "utf8").matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)) {
    if (kind === "js") {
      runProgram(file, text);
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
copyFileSync("out/demo/nile-delta.png", "picture.png");
for (const file of packages.map((name) => `packages/${name}/README.md`))
  for (const [, text] of readFileSync(file, "utf8").matchAll(/^```js\n([\s\S]*?)^```/gm)) runProgram(file, text);
rmSync("picture.png");
/** Examples in docstrings depend on nothing but the build: two at a time, as most of each is its start. */
const examples = packages
  .flatMap((name) => below(`packages/${name}/src`, ".ts"))
  .filter((f) => !f.endsWith(".test.ts"))
  .flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^ \* ```js\n([\s\S]*?)^ \* ```/gm)].map(([, text]) => [
      file,
      text.replace(/^ \* ?/gm, ""),
    ]),
  );
async function runExamples(worker) {
  const own = `readme-example-${worker}.mjs`;
  for (let next = examples.shift(); next; next = examples.shift()) {
    const [file, text] = next;
    console.log(`${file}: a program`);
    writeFileSync(own, text);
    await new Promise((resolve, reject) => {
      execFile(process.execPath, [own], (e, _, stderr) => (e ? reject(new Error(`${file}: ${stderr}`)) : resolve()));
    });
    count++;
  }
  rmSync(own, { force: true });
}
await Promise.all([1, 2].map(runExamples));
console.log(`${count} documented examples ran`);
