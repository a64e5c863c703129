/** The order of the house: who may import whom, and that every import is a declared dependency. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((f) => /\.(ts|svelte)$/.test(f) && !/\.(test|d)\.ts$/.test(f))
    .map((f) => join(folder, f));

/** Modules that a file imports, exports from, or loads on demand. */
const imports = (file: string): string[] =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import\(|^import)\s*"([^"]+)"/gm)].map((m) => m[1]);

const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/** Packages, each of which may import those before it. */
const packages = ["compile", "core", "geodrift", "web"];

/** Folders of `core` in layers: a folder may import its own layer's folders only if it is the same, and any layer below. */
const layers = [
  ["random"],
  ["sphere"],
  ["schedule", "net"],
  ["path"],
  ["solve", "train"],
  ["density"],
  ["locator"],
  ["evaluate"],
];

describe("the house", () => {
  it.each(packages)("packages/%s imports what its package.json lists, and no package above it", (name) => {
    const own = manifest(`packages/${name}`);
    const { devDependencies = {} } = own;
    // What a private package is built with is in what it builds.
    const dependencies = { ...own.dependencies, ...(own.private && { svelte: devDependencies.svelte }) };
    const used = new Set<string>();
    for (const file of sources(`packages/${name}/src`))
      for (const module of imports(file)) {
        if (module.startsWith(".") || module.startsWith("node:")) continue;
        const parts = module.split("/");
        const dependency = module.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
        // Modules of types alone, such as "geojson", exist under @types only.
        if (!dependencies[dependency] && devDependencies[`@types/${dependency}`]) continue;
        expect(Object.keys(dependencies), `${file} imports ${module}`).toContain(dependency);
        used.add(dependency);
      }
    const above = packages.slice(packages.indexOf(name));
    for (const p of above) expect([...used]).not.toContain(p === "geodrift" ? p : `@geodrift/${p}`);
    // Data packages are read by path, and type packages by the compiler: they are named in strings.
    const text = sources(`packages/${name}/src`)
      .map((f) => readFileSync(join(root, f), "utf8"))
      .join("\n");
    for (const dependency of Object.keys(own.dependencies))
      expect(text, `${name} lists ${dependency}`).toContain(dependency);
  });

  it.each(["compile", "core"])("packages/%s runs in a browser: it imports nothing of Node's", (name) => {
    for (const file of sources(`packages/${name}/src`))
      expect(
        imports(file).filter((m) => m.startsWith("node:")),
        file,
      ).toEqual([]);
  });

  it("what the program has for browsers runs in one: nothing of Node's is reached from it", () => {
    const seen = new Set<string>();
    const waiting = [join(root, "packages/geodrift/src/browser.ts")];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      // Types are gone when it runs.
      const text = readFileSync(file, "utf8").replace(/^(import|export) type [\s\S]*?;$/gm, "");
      const modules = [...text.matchAll(/from\s*"([^"]+)"/g)].map((m) => m[1]);
      expect(
        modules.filter((m) => m.startsWith("node:") || m === "sharp"),
        file,
      ).toEqual([]);
      for (const m of modules.filter((m) => m.startsWith(".")))
        waiting.push(resolve(dirname(file), m.replace(/\.js$/, ".ts")));
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it("folders of core import downwards", () => {
    const core = join(root, "packages/core/src");
    const layerOf = (folder: string) => layers.findIndex((l) => l.includes(folder));
    for (const file of sources("packages/core/src")) {
      const [own, rest] = relative(core, join(root, file)).split("/");
      if (!rest) continue; // index.ts is the table of contents
      expect(layerOf(own), `${file} is in a folder that the house does not have`).toBeGreaterThanOrEqual(0);
      for (const module of imports(file).filter((m) => m.startsWith("."))) {
        const folder = relative(core, resolve(dirname(join(root, file)), module)).split("/")[0];
        // Points are drawn by the generator, and the generator knows no points.
        const ok = folder === own || layerOf(folder) < layerOf(own);
        expect(ok, `${file} imports ${module}`).toBe(true);
      }
    }
  });

  it("every package is of one version, under one licence, and asks for the same Node", () => {
    const all = packages.map((p) => manifest(`packages/${p}`));
    expect(new Set(all.map((m) => m.version)).size).toBe(1);
    expect(new Set(all.map((m) => m.license))).toEqual(new Set(["MIT"]));
    expect(manifest(".").engines.node).toBe(">=20.19");
  });

  it("no install script may run", () => {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const allowed = manifest(".").allowScripts;
    const scripted = Object.entries<{ hasInstallScript?: boolean }>(lock.packages).filter(
      ([path, p]) => path.startsWith("node_modules") && p.hasInstallScript,
    );
    for (const [path] of scripted) expect(allowed[path.replace(/^.*node_modules\//, "")], path).toBe(false);
  });
});
