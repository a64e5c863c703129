/**
 * Runs every command in the `sh` blocks, and every program in the `js` blocks, of the README and the docs, in order, and beside them
 * those of the guides, which begin with nothing; then the programs of the packages' own READMEs and the examples in docstrings. Most of
 * each is its start, on one core, so two run at a time.
 */
import { execFile } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

const below = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((f) => f.endsWith(ending))
    .sort()
    .map((f) => `${folder}/${f}`);
const guides = below("docs/guide", ".md");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...below("docs", ".md").filter((f) => !f.includes("node_modules") && !guides.includes(f)),
];
const packages = ["compile", "core", "geodrift"];
/** Run by `.ci/run` itself: installing, testing, linting. */
const elsewhere = /^npm (ci|test|run lint)$/;

const started = promisify(execFile);
// Each of two at a time has half of the machine.
const env = { GEODRIFT_THREADS: "1", ...process.env };
let count = 0;

async function run(where, program, args) {
  console.log(where);
  count++;
  await started(program, args, { env, maxBuffer: 2 ** 28 }).catch((e) => {
    throw new Error(`${where}\n${e.stderr}`);
  });
}

/** Runs a program as a file of its own. */
async function runProgram(where, text, worker) {
  const own = `readme-example-${worker}.mjs`;
  writeFileSync(own, text);
  await run(`${where}: a program`, process.execPath, [own]);
  rmSync(own);
}

async function runDocuments(files, worker) {
  for (const file of files)
    for (const [, kind, text] of readFileSync(file, "utf8").matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)) {
      if (kind === "js") {
        await runProgram(file, text, worker);
        continue;
      }
      const commands = text.split("\n").flatMap((line) => line.replace(/\s#.*$/, "").split("&&"));
      for (const command of commands.map((c) => c.trim()).filter((c) => c && !elsewhere.test(c)))
        await run(`${file}: ${command}`, "bash", ["-ec", command]);
    }
}

await Promise.all([documents, guides].map(runDocuments));
copyFileSync("out/demo/nile-delta.png", "picture.png");
const examples = [
  ...packages.flatMap((name) => examplesOf(`packages/${name}/README.md`, /^```js\n([\s\S]*?)^```/gm)),
  ...packages
    .flatMap((name) => below(`packages/${name}/src`, ".ts"))
    .filter((f) => !f.endsWith(".test.ts"))
    .flatMap((file) => examplesOf(file, /^ \* ```js\n([\s\S]*?)^ \* ```/gm)),
];
function examplesOf(file, block) {
  return [...readFileSync(file, "utf8").matchAll(block)].map(([, text]) => [file, text.replace(/^ \* ?/gm, "")]);
}
async function runExamples(worker) {
  for (let next = examples.shift(); next; next = examples.shift()) await runProgram(...next, worker);
}
await Promise.all([0, 1].map(runExamples));
rmSync("picture.png");
console.log(`${count} documented examples ran`);
