import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, estimate, inOrder, scanOf } from "../../../../../test/library/archive.js";
import { decide } from "../decisions.js";
import type { PageFilter } from "./lists.js";

const { library } = archive();
const own = await library();
const { store } = own;
const { pictures, folders, lists } = store;
let made = 0;
const newFolder = () => folders.add(`/photos-${made++}`);
const paths = async (filter: PageFilter) => (await lists.page(filter)).pictures.map((p) => p.path);

const anyPicture = fc.record({
  takenAt: fc.option(fc.integer({ min: -2, max: 2 }), { nil: null }),
  bits: fc.option(fc.oneof(fc.constantFrom(-1, 0, 3), fc.double({ min: -4, max: 20, noNaN: true })), { nil: null }),
  missing: fc.boolean(),
});

describe("pages", () => {
  it.each([
    ["number", () => 0],
    ["time", (p: { takenAt: number | null }) => p.takenAt ?? Number.POSITIVE_INFINITY],
    ["bits", (p: { bits: number | null }) => (p.bits === null ? Number.POSITIVE_INFINITY : -p.bits)],
  ] as const)("in the order of %s, put together, are the whole list, sorted, each picture once", async (order, key) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPicture, { maxLength: 12 }), fc.integer({ min: 1, max: 13 }), async (all, limit) => {
        const folder = await newFolder();
        const entered = await store.transaction(() =>
          inOrder(all, async (p, i) => ({
            ...p,
            id: await pictures.add(folder, `${i}`, scanOf({ takenAt: p.takenAt }), "queue"),
          })),
        );
        for (const { id, bits } of entered) if (bits !== null) await estimate(own, id, { localizabilityBits: bits });
        await pictures.setMissing(
          entered.filter((p) => p.missing).map((p) => p.id),
          true,
        );
        const found: number[] = [];
        let pages = 0;
        for (let after: string | undefined, more = true; more; pages++) {
          const page = await lists.page({ folder, order, limit, after });
          expect(page.pictures.length).toBeLessThanOrEqual(limit);
          found.push(...page.pictures.map((p) => p.id));
          after = page.next;
          more = after !== undefined;
        }
        const there = entered.filter((p) => !p.missing);
        const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
        expect(found).toEqual(there.sort((a, b) => compare(key(a), key(b)) || a.id - b.id).map((p) => p.id));
        expect(pages).toBe(Math.floor(there.length / limit) + 1);
      }),
      { numRuns: 40 },
    );
  });

  it("have a hundred pictures if nobody says otherwise", async () => {
    const folder = await newFolder();
    await store.transaction(async () => {
      for (let i = 0; i < 101; i++) await pictures.add(folder, `${i}`, scanOf(), "queue");
    });
    const { pictures: first, next } = await lists.page({ folder });
    expect(first.length).toBe(100);
    expect((await lists.page({ folder, after: next })).pictures.map((p) => p.path)).toEqual(["100"]);
  });

  it.each(["", "5", "a_1", "1_b", "NaN_1", "1_Infinity"])(
    'after "%s", which no page gave, are refused',
    async (after) => {
      for (const order of ["number", "time", "bits"] as const)
        await expect(lists.page({ order, after })).rejects.toThrow(expect.objectContaining({ code: "option" }));
    },
  );
});

describe("a filter", async () => {
  const folder = await newFolder();
  const enter = (
    path: string,
    about: Partial<Parameters<typeof scanOf>[0]> = {},
    state: "queue" | "located" = "queue",
  ) => pictures.add(folder, path, scanOf({ sha256: path, ...about }), state);
  await enter("100%.jpg", { takenAt: 10 });
  await enter("1000.jpg", { takenAt: 20 });
  await enter("x/a_b.jpg", { takenAt: 30, camera: "Maker One" });
  await enter("x/acb.jpg", { camera: "Maker\\Two" }, "located");
  const told = await enter("y/told.jpg", { takenAt: 40 });
  await estimate(own, told, { localizabilityBits: 4 });

  it.each<[string, PageFilter, string[]]>([
    ["a state", { state: "located" }, ["x/acb.jpg"]],
    ["an album", { album: "x" }, ["x/a_b.jpg", "x/acb.jpg"]],
    ["a camera", { camera: "Maker One" }, ["x/a_b.jpg"]],
    ["a per cent sign as it is", { text: "0%" }, ["100%.jpg"]],
    ["an underscore as it is", { text: "a_b" }, ["x/a_b.jpg"]],
    ["a backslash as it is", { text: "r\\t" }, ["x/acb.jpg"]],
    ["a camera, in any case", { text: "mAKER" }, ["x/a_b.jpg", "x/acb.jpg"]],
    ["no text at all", { text: "" }, ["100%.jpg", "1000.jpg", "x/a_b.jpg", "x/acb.jpg", "y/told.jpg"]],
    ["the earliest time, which counts", { from: 20 }, ["1000.jpg", "x/a_b.jpg", "y/told.jpg"]],
    ["the latest time, which does not", { to: 20 }, ["100%.jpg"]],
    ["both times", { from: 20, to: 40 }, ["1000.jpg", "x/a_b.jpg"]],
    ["the least bits, which count", { leastBits: 4 }, ["y/told.jpg"]],
    ["more bits than any has", { leastBits: 4.01 }, []],
    ["several things at once", { album: "x", text: "maker", state: "queue" }, ["x/a_b.jpg"]],
  ])("takes %s", async (_, filter, expected) => {
    expect(await paths({ folder, ...filter })).toEqual(expected);
  });

  it("finds a text wherever it stands, as it stands", async () => {
    const all = await newFolder();
    const anyText = fc.string({ unit: fc.constantFrom("a", "%", "_", "\\", "'", "."), minLength: 1, maxLength: 3 });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (path, text) => {
        const name = `${n++}${path}`;
        await pictures.add(all, name, scanOf(), "queue");
        expect((await paths({ folder: all, text, limit: 1000 })).includes(name)).toBe(name.includes(text));
      }),
      { numRuns: 80 },
    );
  });
});

describe("a listed picture", () => {
  it("has its estimate while its bytes are those that were estimated", async () => {
    const id = await pictures.add(await newFolder(), "a.jpg", scanOf(), "queue");
    expect((await lists.one(id))?.estimate).toBeUndefined();
    await estimate(own, id, { localizabilityBits: 6 }, 12);
    expect((await lists.one(id))?.estimate).toMatchObject({
      bits: 6,
      radiusKm: 12,
      result: { best: { lat: 60.4, lng: 5.3 } },
    });
    await pictures.rescan(id, scanOf({ sha256: "cd" }), false);
    expect((await lists.one(id))?.estimate).toBeUndefined();
  });

  it("has a decision only where its state stands on one", async () => {
    const id = await pictures.add(await newFolder(), "a.jpg", scanOf(), "queue");
    await decide(own, [id], { kind: "accept", level: "point", pin: { lat: 48.86, lng: 2.35 } });
    expect((await lists.one(id))?.decision).toMatchObject({
      kind: "accept",
      decided: { source: "person", lat: 48.86 },
    });
    await decide(own, [id], { kind: "reject" }, { by: { name: "Anna", role: "reviewer" } });
    expect((await lists.one(id))?.decision).toMatchObject({ kind: "reject", who: "Anna" });
    // Of other bytes it is said still, and decides nothing.
    await pictures.rescan(id, scanOf({ sha256: "cd" }), false);
    await pictures.advance(id, { kind: "scanned", found: "queue", sameContent: false });
    const { decision, lastWord } = (await lists.one(id)) ?? {};
    expect([decision, lastWord]).toEqual([undefined, expect.objectContaining({ kind: "reject", who: "Anna" })]);
  });

  it("that is unknown is nothing", async () => {
    expect(await lists.one(999_999)).toBeUndefined();
  });
});

describe("what is located", () => {
  it("is what files, sidecars and people say, by folder and path, and what is there", async () => {
    const other = await library();
    const [second, first] = [await other.store.folders.add("/b"), await other.store.folders.add("/a")];
    const enter = (at: number, path: string, state: "located" | "queue" | "accepted" | "written" | "rejected") =>
      other.store.pictures.add(at, path, scanOf({ recorded: { lat: 1, lng: 2 } }), state);
    await enter(first, "z", "located");
    await enter(second, "y", "written");
    await enter(second, "x", "accepted");
    await enter(second, "queue", "queue");
    await enter(second, "rejected", "rejected");
    await other.store.pictures.setMissing([await enter(first, "gone", "located")], true);
    expect((await other.store.lists.located()).map((p) => [p.folder, p.path])).toEqual([
      [second, "x"],
      [second, "y"],
      [first, "z"],
    ]);
  });
});

it("a part of a name is found in small and in capital letters, as far as each database knows them", async () => {
  const folder = await newFolder();
  await pictures.add(folder, "Ärmel/Kanal.jpg", scanOf({ camera: "Öko CAM" }), "queue");
  for (const text of ["Ärmel", "kanal", "KANAL", "Öko", "cam"])
    expect(await paths({ folder, text }), text).toEqual(["Ärmel/Kanal.jpg"]);
  expect(await paths({ folder, text: "kanäle" })).toEqual([]);
});

it("a path as long as any may be has its picture, in whichever database", async () => {
  const folder = await newFolder();
  const long = Array.from({ length: 16 }, (_, i) => `${i}`.repeat(250).slice(0, 250)).join("/");
  const id = await pictures.add(folder, `${long}/a.jpg`, scanOf(), "queue");
  expect((await pictures.atPaths(folder, [`${long}/a.jpg`])).get(`${long}/a.jpg`)?.id).toBe(id);
  await expect(pictures.add(folder, `${long}/a.jpg`, scanOf(), "queue")).rejects.toThrow(/unique/i);
  expect(await paths({ folder, album: long })).toEqual([`${long}/a.jpg`]);
});
