import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, bergen, estimate, inOrder, resultOf, scanOf } from "../../../../../test/library/archive.js";
import type { DecidedPlace } from "./decisions.js";
import { openStore } from "./store.js";

const { library, folder: newFolder } = archive();
const own = await library();
const { store } = own;
let made = 0;
const newPicture = async (sha256: string | null = "ab") =>
  store.pictures.add(await store.folders.add(`/photos-${made++}`), "a.jpg", scanOf({ sha256 }), "queue");
const place: Omit<DecidedPlace, "at"> = {
  ...{ lat: 60.4, lng: 5.3, level: "city", radiusKm: 7, source: "estimate", place: bergen },
  ...{ model: "earth 0123", known: "2 of the same folder" },
};

describe("a store", () => {
  it("keeps nothing of a transaction that throws, and what it threw is told", async () => {
    const before = await store.folders.all();
    const thrown = new Error("no");
    await expect(
      store.transaction(async () => {
        await store.folders.add("/lost");
        throw thrown;
      }),
    ).rejects.toThrow(thrown);
    expect(await store.folders.all()).toEqual(before);
    // It is ready for the next one.
    expect(await store.transaction(() => store.folders.add("/kept"))).toBeGreaterThan(0);
    expect((await store.folders.all()).map((f) => f.path)).toContain("/kept");
  });

  it("has what was committed when it is opened again, by another connection too", async () => {
    const file = join(newFolder(), "index.db");
    const first = await openStore(file);
    const id = await first.folders.add("/photos");
    const second = await openStore(file, { migrated: false });
    expect(await second.folders.all()).toEqual([{ id, path: "/photos", scannedAt: null, pictures: 0 }]);
    for (const s of [first, second]) await s.close();
    const again = await openStore(file);
    expect(await again.folders.find("/photos")).toBe(id);
    await again.close();
  });

  it("waits for another connection's transaction, of this thread as of any, and tells what changes when it is kept", async () => {
    const file = join(newFolder(), "index.db");
    const both = [await openStore(file), await openStore(file)];
    const heard: string[] = [];
    const end = both[0].onChange((what) => heard.push(what));
    const then = performance.now();
    const adding = both.map((s, k) =>
      s.transaction(async () => {
        for (let i = 0; i < 20; i++) {
          await s.folders.add(`/${k}-${i}`);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await s.changed("folders");
        if (k === 0) expect(heard).toEqual([]);
      }),
    );
    await Promise.all(adding);
    // Not ten seconds, after which it would be given up.
    expect(performance.now() - then).toBeLessThan(9000);
    expect((await both[1].folders.all()).length).toBe(40);
    expect(heard).toEqual(["folders"]);
    end();
    for (const s of both) await s.close();
  });

  it("is not made of a file that is none", async () => {
    const file = join(newFolder(), "index.db");
    writeFileSync(file, "this is a letter, and no index of anything, however long it goes on".repeat(20));
    await expect(openStore(file)).rejects.toThrow(
      expect.objectContaining({ code: "disk", message: expect.stringContaining(`${file}: cannot be opened`) }),
    );
  });
});

describe("a folder in the store", () => {
  it("has the number of its pictures that are there, and the time of its last scan", async () => {
    const id = await store.folders.add("/counted");
    const record = async () => (await store.folders.all()).find((f) => f.id === id);
    expect(await record()).toEqual({ id, path: "/counted", scannedAt: null, pictures: 0 });
    const [gone] = await inOrder(["a", "b", "c"], (path) => store.pictures.add(id, path, scanOf(), "queue"));
    await store.pictures.setMissing([gone], true);
    const before = Date.now();
    await store.folders.scanned(id);
    expect(await record()).toMatchObject({ pictures: 2 });
    expect((await record())?.scannedAt).toBeGreaterThanOrEqual(before);
  });

  it("is listed by path, found by any of its names, and entered once", async () => {
    const [z, a] = [await store.folders.add("/sorted/z"), await store.folders.add("/sorted/a")];
    const listed = (await store.folders.all()).filter((f) => f.path.startsWith("/sorted"));
    expect(listed.map((f) => f.id)).toEqual([a, z]);
    expect(await store.folders.find("/none", "/sorted/z")).toBe(z);
    expect(await store.folders.find("/none")).toBeUndefined();
    await expect(store.folders.add("/sorted/a")).rejects.toThrow(/unique/i);
  });

  it("goes with its pictures and all that is known of them, and with nothing else", async () => {
    const [lost, kept] = [await newPicture(), await newPicture()];
    for (const id of [lost, kept]) {
      await estimate(own, id);
      await store.decisions.add(
        await store.decisions.nextBatch(),
        "accept",
        [{ picture: await store.pictures.get(id), place }],
        "Anna",
      );
      const decision = (await store.decisions.lastOf(id))?.id ?? 0;
      const files = { sidecar: `/${id}.xmp`, temporary: `/.${id}`, before: null, afterSha256: "ab" };
      await store.writes.finish(await store.writes.begin({ decision, picture: id, ...files }), id);
    }
    expect(await store.folders.remove((await store.pictures.get(lost)).folder)).toBe(1);
    expect(await store.pictures.find(lost)).toBeUndefined();
    expect(await store.decisions.lastOf(lost)).toBeUndefined();
    expect(await store.writes.lastWritten(lost)).toBeUndefined();
    expect(await store.estimates.of(kept)).toBeDefined();
    expect(await store.decisions.lastOf(kept)).toBeDefined();
    expect(await store.writes.lastWritten(kept)).toBeDefined();
  });
});

describe("an estimate in the store", () => {
  it("comes back whole, in place of the one before", async () => {
    const id = await newPicture();
    const before = Date.now();
    await store.estimates.keep(id, { result: resultOf({ image: "first" }), radiusKm: 1 });
    const result = resultOf({ image: 'second "ä"', localizabilityBits: -3.65 });
    await store.estimates.keep(id, { result, radiusKm: 20_015.09 });
    expect(await store.estimates.of(id)).toEqual({ result, radiusKm: 20_015.09, madeAt: expect.any(Number) });
    expect((await store.estimates.of(id))?.madeAt).toBeGreaterThanOrEqual(before);
  });

  it("of other bytes says nothing of the picture", async () => {
    const id = await newPicture("ab");
    await store.estimates.keep(id, { result: resultOf({ sha256: "of the file before" }), radiusKm: 1 });
    expect(await store.estimates.of(id)).toBeUndefined();
    expect((await store.lists.one(id))?.estimate).toBeUndefined();
  });
});

describe("a decision in the store", () => {
  it("comes back as it was said, with the state that it was said in", async () => {
    const id = await newPicture();
    const batch = await store.decisions.nextBatch();
    await store.decisions.add(batch, "accept", [{ picture: await store.pictures.get(id), place }], "Anna");
    const decision = await store.decisions.for(id);
    const at = expect.any(Number);
    expect(decision).toEqual({ id: at, kind: "accept", who: "Anna", at, decided: { ...place, at } });
    expect(await store.decisions.ofBatch(batch)).toEqual([{ id: decision?.id, picture: id, stateBefore: "queue" }]);
    const { lastBatch, sayerOf, nextBatch } = store.decisions;
    expect([await lastBatch("Anna"), await sayerOf(batch), await nextBatch()]).toEqual([batch, "Anna", batch + 1]);
    // It is nobody else's.
    expect([await lastBatch("Ben"), await sayerOf(batch + 1)]).toEqual([undefined, undefined]);
  });

  it("gives way to the next, and stands again when that is taken back", async () => {
    const id = await newPicture();
    const [first, second] = [await store.decisions.nextBatch(), (await store.decisions.nextBatch()) + 1];
    await store.decisions.add(
      first,
      "accept",
      [{ picture: await store.pictures.get(id), place: { ...place, model: undefined, known: undefined } }],
      "Anna",
    );
    await store.decisions.add(second, "not-a-place", [{ picture: await store.pictures.get(id) }], null);
    const last = (await store.decisions.lastOf(id))?.id ?? 0;
    expect(await store.decisions.for(id)).toEqual({ id: last, kind: "not-a-place", who: null, at: expect.any(Number) });
    await store.decisions.markUndone(last);
    expect(await store.decisions.for(id)).toMatchObject({
      kind: "accept",
      decided: { model: undefined, known: undefined },
    });
    expect(await store.decisions.ofBatch(second)).toEqual([]);
    expect(await store.decisions.lastBatch("Anna")).toBe(first);
    // Numbers are not given twice.
    expect(await store.decisions.nextBatch()).toBe(second + 1);
  });

  it("stands for the bytes that were looked at, and for none where there were none", async () => {
    for (const [said, now, stands] of [
      ["ab", "ab", true],
      ["ab", "cd", false],
      ["ab", null, false],
      [null, null, true],
      [null, "ab", false],
    ] as const) {
      const id = await newPicture(said);
      await store.decisions.add(
        await store.decisions.nextBatch(),
        "reject",
        [{ picture: await store.pictures.get(id) }],
        null,
      );
      await store.pictures.rescan(id, scanOf({ sha256: now }), said === now);
      expect((await store.decisions.for(id)) !== undefined, `${said} ${now}`).toBe(stands);
      expect(await store.decisions.lastOf(id)).toBeDefined();
    }
  });
});

describe("a write in the store", () => {
  const begin = async (picture: number, before: Uint8Array | null = null) => {
    await store.decisions.add(
      await store.decisions.nextBatch(),
      "accept",
      [{ picture: await store.pictures.get(picture), place }],
      "Anna",
    );
    const decision = (await store.decisions.lastOf(picture))?.id ?? 0;
    const files = { sidecar: "/a.jpg.xmp", temporary: "/.a.jpg.xmp.partial", before, afterSha256: "ef" };
    return { decision, files, id: await store.writes.begin({ decision, picture, ...files }) };
  };
  const unfinished = async (id: number) => (await store.writes.unfinished()).find((w) => w.id === id);

  it("is under way until it is finished, with the bytes that were there", async () => {
    const picture = await newPicture();
    const before = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { id, decision, files } = await begin(picture, before);
    expect(await unfinished(id)).toMatchObject({
      decision,
      picture,
      state: "writing",
      ...files,
      before: expect.anything(),
    });
    expect(Buffer.from((await unfinished(id))?.before ?? []).equals(before)).toBe(true);
    expect(await store.writes.lastWritten(picture)).toBeUndefined();
    await store.writes.finish(id, picture);
    expect(await unfinished(id)).toBeUndefined();
    expect(await store.writes.lastWritten(picture)).toMatchObject({ id, state: "written" });
  });

  it("stands alone: what stood before it no longer does, not even when it is taken back", async () => {
    const [picture, other] = [await newPicture(), await newPicture()];
    const [first, second, theirs] = [(await begin(picture)).id, (await begin(picture)).id, (await begin(other)).id];
    await store.writes.finish(theirs, other);
    await store.writes.finish(first, picture);
    await store.writes.finish(second, picture);
    expect((await store.writes.lastWritten(picture))?.id).toBe(second);
    await store.writes.beginUndo(second);
    expect(await unfinished(second)).toMatchObject({ state: "undoing" });
    await store.writes.set(second, "undone");
    expect(await store.writes.lastWritten(picture)).toBeUndefined();
    expect((await store.writes.lastWritten(other))?.id).toBe(theirs);
  });
});

describe("tracks in the store", () => {
  it("give the points around a time, whatever tracks they are of", async () => {
    const { store: other } = await library();
    const times = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(times, times, fc.integer({ min: -22, max: 22 }), async (a, b, utc) => {
        const points = (all: number[], lat: number) => all.map((at) => ({ at, lat, lng: at / 4, segment: 1 }));
        // The name is kept, so what was there before is replaced.
        await other.tracks.keep("a.gpx", points(a, 1));
        await other.tracks.keep("b.gpx", points(b, 2));
        const before = [...a, ...b].filter((at) => at <= utc).sort((x, y) => y - x);
        const after = [...a, ...b].filter((at) => at > utc).sort((x, y) => x - y);
        const found = await other.tracks.around(utc);
        expect(found.map((p) => p.at)).toEqual([...before.slice(0, 1), ...after.slice(0, 1)]);
        for (const p of found) expect(p.lng).toBe(p.at / 4);
      }),
      { numRuns: 40 },
    );
  });
});
