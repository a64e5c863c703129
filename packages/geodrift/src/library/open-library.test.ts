import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archive } from "../../../../test/library/archive.js";
import { isLibrary, joinLibrary, openLibrary } from "./open-library.js";

const { folder, library } = archive();

describe("a library", () => {
  it("is made in a folder that is empty or absent, and opened again with what it holds", async () => {
    for (const path of [folder(), join(folder(), "deep", "inside")]) {
      expect(isLibrary(path)).toBe(false);
      const made = await openLibrary(path, { create: true });
      await made.store.folders.add("/photos");
      await made.close();
      expect(isLibrary(path)).toBe(true);
      for (const options of [{}, { create: true }]) {
        const again = await openLibrary(path, options);
        expect((await again.store.folders.all()).map((f) => f.path)).toEqual(["/photos"]);
        expect(again.folder).toBe(path);
        await again.close();
      }
    }
  });

  it.each<[string, Record<string, string>, boolean, string, RegExp]>([
    ["is not there", {}, false, "not-found", /holds no library/],
    ["is not there among other files", { "a.txt": "" }, false, "not-found", /holds no library/],
    ["would lie among other files", { "a.txt": "" }, true, "refused", /holds other files/],
    ["would lie among pictures", { "a.JPG": "" }, true, "refused", /holds pictures/],
    ["is a folder of pictures", { "a.jpg": "" }, false, "refused", /geodrift library add/],
  ])("that %s is not opened, and nothing is made", async (_, files, create, code, words) => {
    const path = folder(files);
    await expect(openLibrary(path, { create })).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    expect(readdirSync(path)).toEqual(Object.keys(files));
  });

  it("is no file, nor a folder that is absent where none is to be made", async () => {
    const path = folder({ "a.txt": "" });
    await expect(openLibrary(join(path, "a.txt"), { create: true })).rejects.toMatchObject({ code: "file" });
    await expect(openLibrary(join(path, "none"))).rejects.toMatchObject({ code: "not-found" });
    expect(existsSync(join(path, "none"))).toBe(false);
  });

  it("whose index is damaged says so, and the index stays as it is", async () => {
    const path = folder({ "index.db": "this is a letter, and no index of anything".repeat(50) });
    await expect(openLibrary(path, { create: true })).rejects.toMatchObject({ code: "disk" });
    expect(readdirSync(path)).toContain("index.db");
  });

  it("that is joined sees what the other connection commits", async () => {
    const own = await library();
    const joined = await joinLibrary(own.name);
    await own.store.folders.add("/photos");
    expect(await joined.store.folders.find("/photos")).toBeDefined();
    await joined.close();
    // The other one goes on.
    expect((await own.store.folders.all()).length).toBe(1);
  });
});

describe("work in turn", () => {
  it("never overlaps, is done in the order in which it was asked for, and what fails holds nothing up", async () => {
    const own = await library();
    const log: string[] = [];
    const work = (name: string, fails = false) =>
      own.inTurn(async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([work("a"), work("b", true), work("c")]);
    expect(log).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(results.map((r) => (r.status === "fulfilled" ? r.value : (r.reason as Error).message))).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(results.map((r) => r.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
