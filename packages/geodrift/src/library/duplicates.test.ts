import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { photograph } from "../../../../test/end-to-end/photographs.js";
import { archive } from "../../../../test/library/archive.js";
import { readingHere } from "../pictures/picture-tasks.js";
import { duplicates, groupDuplicates, mostApart } from "./duplicates.js";
import { takeLooks } from "./looks.js";
import type { LookRecord } from "./store/looks.js";

const hex = (bits: bigint): string => bits.toString(16).padStart(16, "0");
const apart = (a: string, b: string): number =>
  [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((c) => c === "1").length;

/** Every two compared. */
function slowGroups(looks: readonly LookRecord[]): number[][] {
  const near = (a: LookRecord, b: LookRecord) =>
    a.sha256 === b.sha256 || (a.look !== null && b.look !== null && apart(a.look, b.look) <= mostApart);
  const groups: LookRecord[][] = [];
  for (const one of looks) {
    const touching = groups.filter((g) => g.some((other) => near(one, other)));
    for (const g of touching) groups.splice(groups.indexOf(g), 1);
    groups.push([...touching.flat(), one]);
  }
  const numbers = groups.filter((g) => g.length > 1).map((g) => g.map(({ id }) => id).sort((a, b) => a - b));
  return numbers.sort((a, b) => a[0] - b[0]);
}

/** Looks a few bits from a few others, so that chains come about. */
const someLooks = fc
  .array(
    fc.record({
      base: fc.constantFrom(0x0123456789abcdefn, 0xfedcba9876543210n, 0x00ff00ff00ff00ffn),
      flips: fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 6 }),
      bytes: fc.integer({ min: 0, max: 30 }),
      isUnknown: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  .map((all) => {
    const byBytes = new Map<number, string | null>();
    return all.map(({ base, flips, bytes, isUnknown }, id): LookRecord => {
      const own =
        isUnknown && bytes % 7 === 0 ? null : hex(flips.reduce<bigint>((b, f) => b ^ (1n << BigInt(f)), base));
      if (!byBytes.has(bytes)) byBytes.set(bytes, own);
      return { id, sha256: String(bytes), look: byBytes.get(bytes) ?? null };
    });
  });

describe("groups of pictures that are the same or look it", () => {
  it("are those of comparing every two", () => {
    fc.assert(
      fc.property(someLooks, (looks) => {
        expect(groupDuplicates(looks).map((g) => g.pictures)).toEqual(slowGroups(looks));
      }),
      { numRuns: 300 },
    );
  });

  it("tell the same bytes from the same look, and pictures of one colour are not alike", () => {
    const looks = [
      { id: 1, sha256: "a", look: "0123456789abcdef" },
      { id: 2, sha256: "b", look: "0000000000000000" },
      { id: 3, sha256: "a", look: "0123456789abcdef" },
      { id: 4, sha256: "c", look: "0000000000000000" },
      { id: 5, sha256: "d", look: "fedcba9876543210" },
      { id: 6, sha256: "e", look: "fedcba9876543211" },
    ];
    expect(groupDuplicates(looks)).toEqual([
      { kind: "bytes", pictures: [1, 3] },
      { kind: "look", pictures: [5, 6] },
    ]);
  });
});

it("thousands of equal looks are one group, and cost no comparison of every two", () => {
  const looks = Array.from({ length: 50_000 }, (_, id) => ({ id, sha256: String(id), look: "0123456789abcdef" }));
  expect(groupDuplicates(looks)).toEqual([{ kind: "look", pictures: looks.map(({ id }) => id) }]);
});

describe("an archive's", async () => {
  const { scanned } = archive();
  const view = await photograph({ seed: 1 });
  const {
    library: own,
    id,
    root,
  } = await scanned({
    "a.jpg": view,
    "copy/a.jpg": view,
    "small.webp": await sharp(view).resize(72).webp({ quality: 85 }).toBuffer(),
    "brighter.png": await sharp(view).modulate({ brightness: 1.1 }).png().toBuffer(),
    "other.jpg": await photograph({ seed: 3 }),
    "another.jpg": await photograph({ seed: 5 }),
    "cut.jpg": view.subarray(0, 700),
  });

  it("same bytes are found at once, the same look when it has been looked at, once", async () => {
    expect(root).toBeDefined();
    const before = await duplicates(own, { from: 0, limit: 10 });
    expect(before.groups.map((g) => [g.kind, g.pictures.map((p) => p.id)])).toEqual([
      ["bytes", [id["a.jpg"], id["copy/a.jpg"]].sort((a, b) => a - b)],
    ]);
    const told: number[] = [];
    const { done, failed, of } = await takeLooks(own, readingHere, { onProgress: (p) => told.push(p.done + p.failed) });
    expect([done + failed, told.at(-1)]).toEqual([of, of]);
    expect(of).toBe(before.unlooked);
    const after = await duplicates(own, { from: 0, limit: 10 });
    const alike = ["a.jpg", "copy/a.jpg", "small.webp", "brighter.png"].map((path) => id[path]).sort((a, b) => a - b);
    expect(after).toMatchObject({ of: 1, unlooked: 0, groups: [{ kind: "look" }] });
    expect(after.groups[0].pictures.map((p) => p.id)).toEqual(alike);
    expect(await takeLooks(own, readingHere)).toMatchObject({ of: 0 });
    expect(await duplicates(own, { from: 1, limit: 10 })).toMatchObject({ of: 1, groups: [] });
  });
});
