import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive } from "../../../../test/library/archive.js";
import { replaceFile, untouched } from "./replace-file.js";

const { folder } = archive();
const disk = (message: string) => expect.objectContaining({ code: "disk", message });

describe("a file that is replaced", () => {
  it("has the new bytes, whatever was there, and nothing is left beside it", async () => {
    const own = folder();
    const [target, temporary] = [join(own, "a.xmp"), join(own, ".a.partial")];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await replaceFile(target, temporary, bytes);
        expect(readFileSync(target).equals(bytes)).toBe(true);
        expect(readdirSync(own)).toEqual(["a.xmp"]);
      }),
      { numRuns: 15 },
    );
  });

  it("keeps its rights", async () => {
    const target = join(folder({ "a.xmp": "old" }), "a.xmp");
    chmodSync(target, 0o600);
    await replaceFile(target, `${target}.partial`, Buffer.from("new"));
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });
});

describe("a file that cannot be replaced", () => {
  it("stays as it is, as does another's temporary file", async () => {
    const own = folder({ "a.xmp": "old", ".a.partial": "theirs" });
    const write = replaceFile(join(own, "a.xmp"), join(own, ".a.partial"), Buffer.from("new"));
    await expect(write).rejects.toEqual(disk("its sidecar is not written: another program is writing it"));
    expect(readFileSync(join(own, "a.xmp"), "utf8")).toBe("old");
    expect(readFileSync(join(own, ".a.partial"), "utf8")).toBe("theirs");
  });

  it("leaves no temporary file of ours", async () => {
    const own = folder();
    // A folder is not replaced by a file.
    mkdirSync(join(own, "a.xmp"));
    writeFileSync(join(own, "a.xmp", "inside"), "kept");
    const write = replaceFile(join(own, "a.xmp"), join(own, ".a.partial"), Buffer.from("new"));
    await expect(write).rejects.toMatchObject({ code: "disk" });
    expect(existsSync(join(own, ".a.partial"))).toBe(false);
    expect(readFileSync(join(own, "a.xmp", "inside"), "utf8")).toBe("kept");
  });

  it("lies in a folder that is gone", async () => {
    const own = join(folder(), "gone");
    const write = replaceFile(join(own, "a.xmp"), join(own, ".a.partial"), Buffer.from("new"));
    await expect(write).rejects.toEqual(disk("its sidecar is not written: the folder is gone"));
  });
});

describe("the system's reasons", () => {
  const systemError = (code: string) => Object.assign(new Error(`${code}: as it says`), { code, errno: -1 });

  it.each([
    ["ENOSPC", "the disk is full"],
    ["EDQUOT", "the disk quota is used up"],
    ["EROFS", "the folder is read-only"],
    ["EACCES", "the folder is not writable"],
    ["EIO", "EIO: as it says"],
  ])("%s is told as: %s", (code, words) => {
    expect(() => untouched("nothing is done")(systemError(code))).toThrow(disk(`nothing is done: ${words}`));
  });

  it("are none where the program is mistaken, which is thrown as it is", () => {
    const mistake = new TypeError("undefined is not a function");
    expect(() => untouched("nothing is done")(mistake)).toThrow(mistake);
  });
});
