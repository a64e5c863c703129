/** The three packages as strangers get them: packed, looked through, and installed into an empty folder. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = ["compile", "core", "geodrift"];
const picture = join(root, "packages/geodrift/page/play/3.png");

const folder = mkdtempSync(join(tmpdir(), "geodrift-packages-"));
const tarballs = join(folder, "tarballs");
const stranger = join(folder, "stranger");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without what a run by npm says of itself, and with npm's own settings. */
const plain = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV|VITEST)/i.test(name)),
);

const npm = (cwd: string, ...args: string[]) =>
  spawnSync("npm", args, { cwd, encoding: "utf8", env: plain, shell: process.platform === "win32" });
const node = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, args, { cwd, encoding: "utf8", env: plain });
const program = (...args: string[]) => node(stranger, "node_modules/geodrift/bin/geodrift.js", ...args);

let packed: { name: string; file: string; files: string[]; size: number }[] = [];

beforeAll(() => {
  mkdirSync(tarballs);
  packed = names.map((name) => {
    const { stdout, stderr, status } = npm(
      join(root, "packages", name),
      "pack",
      "--json",
      "--pack-destination",
      tarballs,
    );
    expect(status, stderr).toBe(0);
    const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
    const [one] = Array.isArray(answer) ? answer : Object.values<(typeof answer)[number]>(answer);
    const files = one.files.map((f: { path: string }) => f.path);
    return { name, file: join(tarballs, one.filename), files, size: one.size };
  });
});

describe.each(names)("the package %s", (name) => {
  const own = () => packed.find((p) => p.name === name) ?? expect.fail("was not packed");

  it("brings what it says, its licence and its readme, and nothing of how it was made", () => {
    const { files } = own();
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
    expect(files.filter((f) => /\.(map|tsbuildinfo)$|\.test\.|(^|\/)src\//.test(f))).toEqual([]);
    for (const file of files.filter((f) => f.startsWith("dist/") && f.endsWith(".js")))
      expect(readFileSync(join(root, "packages", name, file), "utf8"), file).not.toContain("sourceMappingURL");
  });

  it("is what its manifest says (publint)", async () => {
    const { messages, pkg } = await publint({ pkgDir: join(root, "packages", name), pack: false, strict: true });
    expect(messages.map((m) => formatMessage(m, pkg))).toEqual([]);
  });

  it("has types that resolve as its modules do (are the types wrong?)", async () => {
    // The program's weights and kernels would be a gigabyte in this check's memory, and have no types.
    const slim = join(folder, `slim-${name}`);
    mkdirSync(slim);
    execFileSync("tar", ["-xzf", own().file, "-C", slim, "package/package.json", "package/dist"]);
    const tarball = join(folder, `slim-${name}.tgz`);
    execFileSync("tar", ["-czf", tarball, "-C", slim, "package"]);
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
    // Modules are ESM alone, which CommonJS of Node 20.19 and newer requires as well; older resolution knows no subpaths.
    const meant = (p: Problem) =>
      p.kind === "CJSResolvesToESM" || ("resolutionKind" in p && p.resolutionKind === "node10");
    expect((result.types ? result.problems : []).filter((p) => !meant(p))).toEqual([]);
    expect(result.types).toBeTruthy();
  });
});

it.each([
  ["dist/program/LICENCES.txt", ["zod", "commander", "exifreader"]],
  ["page/LICENCES.txt", ["svelte", "maplibre-gl", "three", "exifreader"]],
])("the program has the licences of what is bundled into it in %s", (file, some) => {
  expect(packed.find((p) => p.name === "geodrift")?.files).toContain(file);
  const text = readFileSync(join(root, "packages/geodrift", file), "utf8");
  for (const name of some) expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.+\\)\n\n.{5}`, "m"));
});

describe("installed from the tarballs into an empty folder", () => {
  beforeAll(() => {
    mkdirSync(stranger);
    copyFileSync(picture, join(stranger, "view.png"));
    const { status, stderr } = npm(stranger, "install", ...packed.map((p) => p.file));
    expect(status, stderr).toBe(0);
  });

  const answered = /^view\.png: 4\d\.\d\d°N 8\d\.\d\d°W near .* United States of America 100 %/;

  it("locates a picture, and says nothing else", () => {
    const { stdout, stderr, status } = program("locate", "view.png");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(answered);
  });

  it("fetches no CUDA files, and has no script that would", () => {
    expect(readdirSync(join(stranger, "node_modules"))).not.toContain("onnxruntime-node");
    const files = readdirSync(join(stranger, "node_modules/geodrift/native"), { recursive: true, encoding: "utf8" });
    expect(files.filter((f) => /cuda|tensorrt|install/i.test(f))).toEqual([]);
  });

  it("locates it with WebAssembly where there are no native kernels, and says what to do for speed", () => {
    const [native, away] = [join(stranger, "node_modules/geodrift/native"), join(folder, "native-away")];
    const before = program("locate", "view.png", "--json");
    renameSync(native, away);
    try {
      const { stdout, stderr, status } = program("locate", "view.png", "--json");
      expect(status).toBe(0);
      expect(stderr).toMatch(/^geodrift: there are no native kernels .*; WebAssembly computes instead, .*npm install/);
      expect(stderr.trim().split("\n").length).toBe(1);
      const [a, b] = [before.stdout, stdout].map((text) => JSON.parse(text));
      expect(b.best.lat).toBeCloseTo(a.best.lat, 2);
      expect(b.best.lng).toBeCloseTo(a.best.lng, 2);
    } finally {
      renameSync(away, native);
    }
  });

  it("is a library for modules and for CommonJS", () => {
    const body = `loadModel("earth").then(async (model) => {
      for await (const answer of locate(["view.png"], model, { samples: 64, guidance: 0, seed: 0 }))
        console.log(answer.result.countries[0].code);
      await model.dispose();
    });`;
    writeFileSync(join(stranger, "own.mjs"), `import { loadModel, locate } from "geodrift";\n${body}`);
    writeFileSync(join(stranger, "own.cjs"), `const { loadModel, locate } = require("geodrift");\n${body}`);
    for (const file of ["own.mjs", "own.cjs"]) expect(node(stranger, file).stdout.trim(), file).toBe("US");
  });

  it("has types in strict nodenext, for modules and for CommonJS", () => {
    const entries = Object.keys(JSON.parse(readFileSync(join(root, "packages/geodrift/package.json"), "utf8")).exports)
      .filter((e) => e !== "./package.json")
      .map((e) => e.replace(/^\./, "geodrift"));
    const imports = entries
      .map((e, i) => `import * as e${i} from "${e}";\nexport type T${i} = typeof e${i};`)
      .join("\n");
    const use = `import { loadModel, type LocateResult } from "geodrift";
import { toVec3 } from "@geodrift/core/sphere";
export const best = (r: LocateResult): number => r.best.lat + toVec3(r.best)[0];
export const width = async (): Promise<number> => (await loadModel("earth")).encoder.width;
`;
    for (const ending of ["mts", "cts"]) writeFileSync(join(stranger, `own.${ending}`), `${imports}\n${use}`);
    const options = { strict: true, module: "nodenext", target: "es2023", lib: ["es2023", "dom"], noEmit: true };
    const config = { compilerOptions: { ...options, types: [] }, files: ["own.mts", "own.cts"] };
    writeFileSync(join(stranger, "tsconfig.json"), JSON.stringify(config));
    const { stdout, status } = node(stranger, join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
    expect([status, stdout]).toEqual([0, ""]);
  });
});
