/** The order of the house: who may import whom, and that every import is a declared dependency. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((f) => /\.(ts|svelte)$/.test(f) && !/\.(test|d)\.ts$/.test(f))
    .map((f) => join(folder, f));

/** Without its docstrings, whose examples import as a user does. */
const codeOf = (file: string): string => readFileSync(join(root, file), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");

/** Modules that a file imports, exports from, or loads on demand. */
const imports = (file: string): string[] =>
  [...codeOf(file).matchAll(/(?:(?<!["._])\bfrom|import\(|^import)\s*"([^"]+)"/gm)].map((m) => m[1]);

const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/** Packages, each of which may import those before it. */
const packages = ["compile", "core", "geodrift", "web"];

/** Folders of `core` in layers: a folder may import itself, and any layer above it in this list. */
const layers = [
  ["errors"],
  ["random"],
  ["sphere"],
  ["schedule", "net", "field"],
  ["path"],
  ["solve", "train"],
  ["density", "distil"],
  ["locator"],
  ["evaluate"],
];

/** Rooms of the program in layers, in the same way. */
const rooms = [
  ["files", "runtime"],
  ["pictures"],
  ["encode", "hub", "places"],
  ["landmarks"],
  ["earth", "models"],
  ["datasets", "imagine", "locate"],
  ["lift"],
  ["engine", "figures", "split"],
  ["embed", "evidence", "library"],
  ["evaluate", "server", "train"],
  ["shards"],
  ["cli"],
];

/** Files that a file imports, by paths from the root; types, workers and modules that are loaded on demand among them. */
const graph = (): Map<string, string[]> => {
  const files = new Set(packages.flatMap((p) => sources(`packages/${p}/src`)));
  const found = (file: string, module: string) => {
    const path = relative(root, resolve(dirname(join(root, file)), module));
    return [path, path.replace(/\.js$/, ".ts"), `${path}.ts`].filter((f) => files.has(f));
  };
  const named = /(?:from|import\(|^import|new URL\()\s*"(\.[^"]+)"/gm;
  const importsOf = (file: string) => [...readFileSync(join(root, file), "utf8").matchAll(named)].map((m) => m[1]);
  return new Map([...files].map((file) => [file, importsOf(file).flatMap((module) => found(file, module))]));
};

/** The files of every circle: strongly connected components of more than one file (Tarjan 1972). */
function circles(imports: Map<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const components: string[][] = [];
  const lowOf = (file: string) => low.get(file) ?? Number.POSITIVE_INFINITY;
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    stack.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(lowOf(file), lowOf(next)));
    }
    if (low.get(file) === order.get(file)) components.push(stack.splice(stack.indexOf(file)));
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return components.filter((c) => c.length > 1);
}

function expectOneDirection(folder: string, order: string[][]): void {
  const roomOf = (file: string) => /^([^/]+)\//.exec(relative(folder, file))?.[1];
  const layerOf = (room: string) => order.findIndex((layer) => layer.includes(room));
  for (const [file, imported] of graph()) {
    if (!file.startsWith(`${folder}/`)) continue;
    const own = roomOf(file);
    // Files beside the rooms are tables of contents.
    if (own === undefined) continue;
    expect(layerOf(own), `${file} is in a room that the house does not have`).toBeGreaterThanOrEqual(0);
    for (const other of imported.filter((f) => f.startsWith(`${folder}/`))) {
      const room = roomOf(other) ?? "";
      expect(room === own || layerOf(room) < layerOf(own), `${file} imports ${other}`).toBe(true);
    }
  }
}

describe("the house", () => {
  it.each(packages)("packages/%s imports what its package.json lists, and no package above it", (name) => {
    const own = manifest(`packages/${name}`);
    const { devDependencies = {} } = own;
    // What a private package is built with is in what it builds.
    const dependencies = {
      ...own.dependencies,
      ...own.peerDependencies,
      ...(own.private && { svelte: devDependencies.svelte }),
    };
    const used = new Set<string>();
    for (const file of sources(`packages/${name}/src`))
      for (const module of imports(file)) {
        if (module.startsWith(".") || module.startsWith("node:")) continue;
        const parts = module.split("/");
        const dependency = module.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
        // Modules of types alone, such as "geojson", exist under @types only.
        if (!dependencies[dependency] && { ...dependencies, ...devDependencies }[`@types/${dependency}`]) continue;
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
      expect(text, `${name} lists ${dependency}`).toContain(dependency.replace(/^@types\//, ""));
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

  it("folders of core import in one direction", () => {
    expectOneDirection("packages/core/src", layers);
  });

  it("rooms of the program import in one direction", () => {
    expectOneDirection("packages/geodrift/src", rooms);
  });

  it("no files import each other in a circle, types included", () => {
    expect(circles(new Map(Object.entries({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] })))).toEqual([["a", "b", "c"]]);
    expect(circles(graph())).toEqual([]);
  });

  it("is drawn in docs/architecture.md, room by room and file by file", () => {
    const drawing = readFileSync(join(root, "docs/architecture.md"), "utf8").split("```")[3];
    const words = new Set(drawing.split(/[\s·]+/));
    for (const file of packages.flatMap((p) => sources(`packages/${p}/src`))) {
      const [, , , ...path] = file.split("/");
      const stem = path.pop()?.replace(/(\.svelte)?\.ts$|\.svelte$/, "") ?? "";
      expect(words.has(`${path.join("/")}/`) || path.length === 0, `the room of ${file}`).toBe(true);
      if (stem !== "index") expect(words.has(stem), `${file} is not in the drawing`).toBe(true);
    }
  });

  it("the library's store alone speaks SQL, but for the list that COLMAP keeps", () => {
    const sql = /\b(SELECT|INSERT|UPDATE|DELETE)\b [^;]*\b(FROM|INTO|SET)\b|from "libsql"/;
    const speaking = packages
      .flatMap((p) => sources(`packages/${p}/src`))
      .filter((file) => sql.test(readFileSync(join(root, file), "utf8")));
    expect(speaking.length).toBeGreaterThan(4);
    for (const file of speaking)
      expect(file).toMatch(/^packages\/geodrift\/src\/(library\/store\/|lift\/colmap-database\.ts$)/);
  });

  it("the compiled arithmetic of Adam is its source's", () => {
    const script = pathToFileURL(join(root, "packages/core/scripts/wasm.js"));
    const print = `import("${script}").then((m) => m.compiled()).then((text) => process.stdout.write(text))`;
    const bytes = execFileSync(process.execPath, ["-e", print], { encoding: "utf8" });
    const committed = readFileSync(join(root, "packages/core/src/train/adam-wasm.ts"), "utf8");
    expect(committed.includes(`"${bytes}"`), "npm run build:wasm -w packages/core makes it anew").toBe(true);
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
    const packagesOf = Object.entries<{ hasInstallScript?: boolean }>(lock.packages).map(
      ([path, p]) => [path.replace(/^.*node_modules\//, ""), p] as const,
    );
    for (const [name, { hasInstallScript }] of packagesOf)
      if (hasInstallScript && !packages.some((p) => name.endsWith(p))) expect(allowed[name], name).toBe(false);
    // npm before 11 knows no allowScripts. It runs what the lock file says has a script, and this one reaches outside.
    const native = packagesOf.find(([name]) => name === "onnxruntime-node")?.[1];
    expect(native, "take hasInstallScript of onnxruntime-node out of package-lock.json").not.toHaveProperty(
      "hasInstallScript",
    );
    expect(allowed["onnxruntime-node"]).toBe(false);
  });
});
