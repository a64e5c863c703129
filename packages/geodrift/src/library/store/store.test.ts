import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, bergen, estimate, resultOf, scanOf } from "../../../../../test/library/archive.js";
import type { DecidedPlace } from "./decisions.js";
import { openStore } from "./store.js";

const { library, folder: newFolder } = archive();
const own = await library();
const { store } = own;
let made = 0;
const newPicture = (sha256: string | null = "ab") =>
  store.pictures.add(store.folders.add(`/photos-${made++}`), "a.jpg", scanOf({ sha256 }), "queue");
const place: Omit<DecidedPlace, "at"> = {
  ...{ lat: 60.4, lng: 5.3, level: "city", radiusKm: 7, source: "estimate", place: bergen },
  ...{ model: "earth 0123", known: "2 of the same folder" },
};

describe("a store", () => {
  it("keeps nothing of a transaction that throws, and what it threw is told", () => {
    const before = store.folders.all();
    const thrown = new Error("no");
    expect(() =>
      store.transaction(() => {
        store.folders.add("/lost");
        throw thrown;
      }),
    ).toThrow(thrown);
    expect(store.folders.all()).toEqual(before);
    // It is ready for the next one.
    expect(store.transaction(() => store.folders.add("/kept"))).toBeGreaterThan(0);
    expect(store.folders.all().map((f) => f.path)).toContain("/kept");
  });

  it("has what was committed when it is opened again, by another connection too", () => {
    const file = join(newFolder(), "index.db");
    const first = openStore(file);
    const id = first.folders.add("/photos");
    const second = openStore(file, { migrated: false });
    expect(second.folders.all()).toEqual([{ id, path: "/photos", scannedAt: null, pictures: 0 }]);
    for (const s of [first, second]) s.close();
    const again = openStore(file);
    expect(again.folders.find("/photos")).toBe(id);
    again.close();
  });

  it("is not made of a file that is none", () => {
    const file = join(newFolder(), "index.db");
    writeFileSync(file, "this is a letter, and no index of anything, however long it goes on".repeat(20));
    expect(() => openStore(file)).toThrow(
      expect.objectContaining({ code: "disk", message: expect.stringContaining(`${file}: cannot be opened`) }),
    );
  });
});

describe("a folder in the store", () => {
  it("has the number of its pictures that are there, and the time of its last scan", () => {
    const id = store.folders.add("/counted");
    const record = () => store.folders.all().find((f) => f.id === id);
    expect(record()).toEqual({ id, path: "/counted", scannedAt: null, pictures: 0 });
    const [gone] = ["a", "b", "c"].map((path) => store.pictures.add(id, path, scanOf(), "queue"));
    store.pictures.setMissing([gone], true);
    const before = Date.now();
    store.folders.scanned(id);
    expect(record()).toMatchObject({ pictures: 2 });
    expect(record()?.scannedAt).toBeGreaterThanOrEqual(before);
  });

  it("is listed by path, found by any of its names, and entered once", () => {
    const [z, a] = [store.folders.add("/sorted/z"), store.folders.add("/sorted/a")];
    const listed = store.folders.all().filter((f) => f.path.startsWith("/sorted"));
    expect(listed.map((f) => f.id)).toEqual([a, z]);
    expect(store.folders.find("/none", "/sorted/z")).toBe(z);
    expect(store.folders.find("/none")).toBeUndefined();
    expect(() => store.folders.add("/sorted/a")).toThrow(/UNIQUE/);
  });

  it("goes with its pictures and all that is known of them, and with nothing else", () => {
    const [lost, kept] = [newPicture(), newPicture()];
    for (const id of [lost, kept]) {
      estimate(own, id);
      store.decisions.add(store.decisions.nextBatch(), store.pictures.get(id), "accept", place);
      const decision = store.decisions.lastOf(id) ?? 0;
      const files = { sidecar: `/${id}.xmp`, temporary: `/.${id}`, before: null, afterSha256: "ab" };
      store.writes.finish(store.writes.begin({ decision, picture: id, ...files }), id);
    }
    expect(store.folders.remove(store.pictures.get(lost).folder)).toBe(1);
    expect(store.pictures.find(lost)).toBeUndefined();
    expect(store.decisions.lastOf(lost)).toBeUndefined();
    expect(store.writes.lastWritten(lost)).toBeUndefined();
    expect(store.estimates.of(kept)).toBeDefined();
    expect(store.decisions.lastOf(kept)).toBeDefined();
    expect(store.writes.lastWritten(kept)).toBeDefined();
  });
});

describe("an estimate in the store", () => {
  it("comes back whole, in place of the one before", () => {
    const id = newPicture();
    const before = Date.now();
    store.estimates.keep(id, { result: resultOf({ image: "first" }), radiusKm: 1 });
    const result = resultOf({ image: 'second "ä"', localizabilityBits: -3.65 });
    store.estimates.keep(id, { result, radiusKm: 20_015.09 });
    expect(store.estimates.of(id)).toEqual({ result, radiusKm: 20_015.09, madeAt: expect.any(Number) });
    expect(store.estimates.of(id)?.madeAt).toBeGreaterThanOrEqual(before);
  });

  it("of other bytes says nothing of the picture", () => {
    const id = newPicture("ab");
    store.estimates.keep(id, { result: resultOf({ sha256: "of the file before" }), radiusKm: 1 });
    expect(store.estimates.of(id)).toBeUndefined();
    expect(store.pictures.waiting({ again: false, limit: undefined }).map((p) => p.id)).toContain(id);
  });
});

describe("a decision in the store", () => {
  it("comes back as it was said, with the state that it was said in", () => {
    const id = newPicture();
    const batch = store.decisions.nextBatch();
    store.decisions.add(batch, store.pictures.get(id), "accept", place);
    const decision = store.decisions.for(id);
    expect(decision).toEqual({ id: expect.any(Number), kind: "accept", decided: { ...place, at: expect.any(Number) } });
    expect(store.decisions.ofBatch(batch)).toEqual([{ id: decision?.id, picture: id, stateBefore: "queue" }]);
    expect([store.decisions.lastBatch(), store.decisions.nextBatch()]).toEqual([batch, batch + 1]);
  });

  it("gives way to the next, and stands again when that is taken back", () => {
    const id = newPicture();
    const [first, second] = [store.decisions.nextBatch(), store.decisions.nextBatch() + 1];
    store.decisions.add(first, store.pictures.get(id), "accept", { ...place, model: undefined, known: undefined });
    store.decisions.add(second, store.pictures.get(id), "not-a-place", undefined);
    const last = store.decisions.lastOf(id) ?? 0;
    expect(store.decisions.for(id)).toEqual({ id: last, kind: "not-a-place" });
    store.decisions.markUndone(last);
    expect(store.decisions.for(id)).toMatchObject({ kind: "accept", decided: { model: undefined, known: undefined } });
    expect(store.decisions.ofBatch(second)).toEqual([]);
    expect(store.decisions.lastBatch()).toBe(first);
    // Numbers are not given twice.
    expect(store.decisions.nextBatch()).toBe(second + 1);
  });

  it("stands for the bytes that were looked at, and for none where there were none", () => {
    for (const [said, now, stands] of [
      ["ab", "ab", true],
      ["ab", "cd", false],
      ["ab", null, false],
      [null, null, true],
      [null, "ab", false],
    ] as const) {
      const id = newPicture(said);
      store.decisions.add(store.decisions.nextBatch(), store.pictures.get(id), "reject", undefined);
      store.pictures.rescan(id, scanOf({ sha256: now }), said === now);
      expect(store.decisions.for(id) !== undefined, `${said} ${now}`).toBe(stands);
      expect(store.decisions.lastOf(id)).toBeDefined();
    }
  });
});

describe("a write in the store", () => {
  const begin = (picture: number, before: Uint8Array | null = null) => {
    store.decisions.add(store.decisions.nextBatch(), store.pictures.get(picture), "accept", place);
    const decision = store.decisions.lastOf(picture) ?? 0;
    const files = { sidecar: "/a.jpg.xmp", temporary: "/.a.jpg.xmp.partial", before, afterSha256: "ef" };
    return { decision, files, id: store.writes.begin({ decision, picture, ...files }) };
  };
  const unfinished = (id: number) => store.writes.unfinished().find((w) => w.id === id);

  it("is under way until it is finished, with the bytes that were there", () => {
    const picture = newPicture();
    const before = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { id, decision, files } = begin(picture, before);
    expect(unfinished(id)).toMatchObject({
      decision,
      picture,
      state: "writing",
      ...files,
      before: expect.anything(),
    });
    expect(Buffer.from(unfinished(id)?.before ?? []).equals(before)).toBe(true);
    expect(store.writes.lastWritten(picture)).toBeUndefined();
    store.writes.finish(id, picture);
    expect(unfinished(id)).toBeUndefined();
    expect(store.writes.lastWritten(picture)).toMatchObject({ id, state: "written" });
  });

  it("stands alone: what stood before it no longer does, not even when it is taken back", () => {
    const [picture, other] = [newPicture(), newPicture()];
    const [first, second, theirs] = [begin(picture).id, begin(picture).id, begin(other).id];
    store.writes.finish(theirs, other);
    store.writes.finish(first, picture);
    store.writes.finish(second, picture);
    expect(store.writes.lastWritten(picture)?.id).toBe(second);
    store.writes.beginUndo(second);
    expect(unfinished(second)).toMatchObject({ state: "undoing" });
    store.writes.set(second, "undone");
    expect(store.writes.lastWritten(picture)).toBeUndefined();
    expect(store.writes.lastWritten(other)?.id).toBe(theirs);
  });
});

describe("tracks in the store", () => {
  it("give the points around a time, whatever tracks they are of", async () => {
    const { store: other } = await library();
    const times = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 8 });
    fc.assert(
      fc.property(times, times, fc.integer({ min: -22, max: 22 }), (a, b, utc) => {
        const points = (all: number[], lat: number) => all.map((at) => ({ at, lat, lng: at / 4, segment: 1 }));
        // The name is kept, so what was there before is replaced.
        other.tracks.keep("a.gpx", points(a, 1));
        other.tracks.keep("b.gpx", points(b, 2));
        const before = [...a, ...b].filter((at) => at <= utc).sort((x, y) => y - x);
        const after = [...a, ...b].filter((at) => at > utc).sort((x, y) => x - y);
        const found = other.tracks.around(utc);
        expect(found.map((p) => p.at)).toEqual([...before.slice(0, 1), ...after.slice(0, 1)]);
        for (const p of found) expect(p.lng).toBe(p.at / 4);
      }),
      { numRuns: 40 },
    );
  });
});
