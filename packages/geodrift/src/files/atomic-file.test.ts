import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareFile, writeFileAtomically, writeFilesAtomically } from "./atomic-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "geodrift-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a file that is written whole", () => {
  it("holds the bytes that it was given, whatever was there, and leaves nothing beside it", async () => {
    const file = join(folder, "a.bin");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        await writeFileAtomically(file, bytes);
        expect(new Uint8Array(readFileSync(file))).toEqual(bytes);
        expect(readdirSync(folder)).toEqual(["a.bin"]);
      }),
      { numRuns: 20 },
    );
  });

  it("may have a name as long as names are", async () => {
    for (const name of ["n".repeat(255), "ä".repeat(127)]) {
      await writeFileAtomically(join(folder, name), Buffer.from(name));
      expect(readFileSync(join(folder, name), "utf8")).toBe(name);
      rmSync(join(folder, name));
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps its old content when another that belongs to it cannot be written", async () => {
    const [first, second] = [join(folder, "a"), join(folder, "none", "b")];
    writeFileSync(first, "old");
    const writing = writeFilesAtomically([
      [first, Buffer.from("new")],
      [second, Buffer.from("new")],
    ]);
    await expect(writing).rejects.toMatchObject({
      code: "disk",
      message: `${second}: cannot be written (ENOENT)`,
      cause: { code: "ENOENT" },
    });
    expect(readFileSync(first, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("takes the place of no folder, and leaves nothing half-written when it would", async () => {
    const file = join(folder, "taken");
    mkdirSync(file);
    writeFileSync(join(file, "inside"), "kept");
    await expect(writeFileAtomically(file, Buffer.from("new"))).rejects.toThrow(`${file}: cannot be written (`);
    expect(readFileSync(join(file, "inside"), "utf8")).toBe("kept");
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  it("fails as a mistake of the program where what it is given is none of bytes", async () => {
    const file = join(folder, "a");
    writeFileSync(file, "old");
    const thrown = await writeFileAtomically(file, 5 as unknown as Uint8Array).catch((e: unknown) => e);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).not.toBeInstanceOf(GeodriftError);
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readFileSync(file, "utf8")).toBe("old");
  });
});

describe("the folder that work is to end in", () => {
  it("is made at any depth, and the file itself is not", async () => {
    await prepareFile(join(folder, "x", "y", "out.json"));
    expect(readdirSync(join(folder, "x", "y"))).toEqual([]);
  });

  it.each([
    ["is a folder", (at: string) => at],
    ["is named as a folder", (at: string) => `${join(at, "new")}/`],
    ["lies below a file", (at: string) => join(at, "file", "out.json")],
  ])("is refused before the work begins where the file %s", async (_, name) => {
    writeFileSync(join(folder, "file"), "");
    const file = name(folder);
    await expect(prepareFile(file)).rejects.toMatchObject({
      name: "GeodriftError",
      code: "disk",
      message: expect.stringMatching(/: cannot be written \(.+\)$/),
    });
  });
});
