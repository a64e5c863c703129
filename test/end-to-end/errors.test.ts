/** The program with a mistake put into it, seam by seam: what a person sees, and what they do not. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { geodrift, inThisProcess, start, unbundled } from "./program.js";
import { raw, startServer } from "./server.js";

const play = (name: string) => fileURLToPath(new URL(`../../packages/geodrift/page/play/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "geodrift-errors-"));
const elsewhere = mkdtempSync(join(tmpdir(), "geodrift-errors-library-"));
afterAll(() => {
  for (const made of [folder, elsewhere]) rmSync(made, { recursive: true });
});
for (const i of [1, 2]) copyFileSync(play(`${i}.png`), join(folder, `${i}.png`));
writeFileSync(join(folder, "damaged.png"), "no picture");

/** What JavaScript says of a mistake that anybody may make. */
const mistake = "Cannot read properties of undefined (reading 'y')";

let sabotages = 0;
/**
 * An environment in which a function that a module of the program exports throws: the module is loaded, and put in front of it is
 * another that has all that it has, but for this.
 * @param when on which calls, as an expression of `calls`, counted from 1
 */
function sabotaged(
  module: string,
  name: string,
  { when = "true", thrown = "(undefined).y" } = {},
): Record<string, string> {
  const hooks = `export async function load(url, context, next) {
    if (!url.endsWith(${JSON.stringify(module)}) || url.includes("?")) return next(url, context);
    const own = url + "?own";
    const source = \`export * from "\${own}";
      import { ${name} as own } from "\${own}";
      let calls = 0;
      export function ${name}(...args) { calls++; if (${when}) ${thrown}; return own.apply(this, args); }\`;
    return { format: "module", shortCircuit: true, source };
  }`;
  const file = join(folder, `sabotage-${sabotages++}.mjs`);
  writeFileSync(
    file,
    `import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));`,
  );
  return { NODE_OPTIONS: `--import ${pathToFileURL(file)}` };
}

const locate = (env: Record<string, string>, ...args: string[]) =>
  start(["locate", "1.png", "damaged.png", "2.png", "--samples", "32", ...args], folder, env, unbundled).outcome;
const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const sorry = expect.stringMatching(
  /^this is a mistake in geodrift, not in what you gave it \(.*reading 'y'.*\); please report it at https:/,
);

describe("a mistake of the program", () => {
  it.each([
    // Which of several is read first is not said.
    ["the decoder", "/pictures/read-picture.js", "readPicture", 'args[0].endsWith("1.png")'],
    ["the summary of one answer", "/locate/result.js", "summarize", "calls === 1"],
  ])("in %s costs one picture, and says whose it is", async (_, module, name, when) => {
    const { code, stdout, stderr } = await locate(sabotaged(module, name, { when }), "--json");
    const [first, second, third] = lines(stdout);
    expect(first).toEqual({ image: "1.png", error: sorry, code: "internal" });
    expect(second).toMatchObject({ image: "damaged.png", code: "picture" });
    expect(third.best.lat).toBeTypeOf("number");
    expect([code, stderr]).toEqual([70, ""]);
  });

  it.each([
    ["the encoder", "/encode/batches.js", "encodeInBatches"],
    ["the locator", "/locate/infer.js", "infer"],
  ])("in %s costs what it was about, and says whose it is", async (_, module, name) => {
    const { code, stdout } = await locate(sabotaged(module, name), "--json");
    const answers = lines(stdout);
    expect(answers.map((a) => a.code)).toEqual(["internal", "picture", "internal"]);
    expect(answers[0].error).toEqual(sorry);
    expect(code).toBe(70);
  });

  it("shows where it comes from if it is asked to, and not otherwise", async () => {
    const env = sabotaged("/locate/infer.js", "infer");
    const plain = await locate(env);
    expect(plain.stderr).toMatch(/1\.png: this is a mistake in geodrift/);
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    for (const asked of [await locate(env, "--debug"), await locate({ ...env, GEODRIFT_DEBUG: "1" })]) {
      expect(asked.stderr).toMatch(/TypeError: Cannot read properties.*\n\s+at /);
      expect(asked.code).toBe(70);
    }
  });

  it("in the store of a library ends the command with 70", async () => {
    const env = sabotaged("/library/pictures.js", "overview");
    const library = ["--library", join(elsewhere, "index")];
    expect((await geodrift(["library", "add", folder, ...library])).code).toBe(0);
    const { code, stderr } = await start(["library", "status", ...library], folder, env, unbundled).outcome;
    expect([code, stderr]).toEqual([70, expect.stringMatching(/^geodrift: this is a mistake in geodrift/)]);
  });

  it("in the computing thread is the server's: 500 with an ID, under which the log has the stack", async () => {
    const server = await startServer([], sabotaged("/locate/infer.js", "infer"), unbundled);
    try {
      const body = readFileSync(play("1.png"));
      const answer = await raw(server, "/api/locate", { method: "POST", body });
      const said = JSON.parse(answer.body.toString());
      expect([answer.status, said.code]).toEqual([500, "internal"]);
      expect(said.error).not.toContain(mistake);
      const line = server.log().find((l) => l.event === "mistake" && l.id === said.id);
      expect(line?.message).toBe(mistake);
      // The stack of the thread that computes, and that of the one that waited for it.
      expect(line?.stack).toMatch(/sabotage|data:text|infer/);
      expect(line?.stack).toMatch(/caused by/);
      const damaged = await raw(server, "/api/locate", { method: "POST", body: "no picture" });
      expect([damaged.status, JSON.parse(damaged.body.toString()).code]).toEqual([400, "picture"]);
    } finally {
      await server.stop();
    }
  });
});

describe("what a person can mend", () => {
  it.each<[string[], number, RegExp]>([
    [["locate", "none.png"], 1, /none\.png: no such file/],
    [["locate", "1.png", "--samples", "many"], 2, /whole number/],
    [["locate", "1.png", "--model", "erth"], 2, /did you mean "earth"/],
    [["locate", "1.png", "--prior", "none.geojson"], 1, /none\.geojson: no such file/],
    [["density", "earth", "--image", "none.png", "--grid", "90"], 1, /none\.png: no such file/],
    [["evidence", "none.png", "-o", "none.zip"], 1, /none\.png: no such file/],
    [["train", "none.json"], 1, /none\.json: no such file/],
    [["evaluate", "earth", "none.csv"], 1, /none\.csv: no such file/],
    [["embed", "none", "-o", "none.parquet", "--encoder", "earth"], 1, /none: no such file or folder/],
    [["split", "none.parquet", "-o", "none.csv"], 1, /none\.parquet: no such file/],
    [["library", "add", "none", "--library", "index"], 1, /none: no such folder/],
    [["library", "status", "--library", "none"], 1, /none: holds no library/],
    [["serve", "--port", "0", "--library", "made", "--detail", "none.pmtiles"], 1, /none\.pmtiles: no such file/],
    [["imagine", "--at", "0,0", "--nearest", "nowhere", "-o", "a.png"], 1, /nowhere: no such folder/],
  ])("%j ends with %d, in one sentence", async (args, expected, sentence) => {
    const { code, stderr } = await inThisProcess(args, folder);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(expected);
  });
});
