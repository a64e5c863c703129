import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, scanOf } from "../../../../../test/library/archive.js";
import { nextState, type PictureEvent, type State, states } from "../states.js";

const { library } = archive();
const { store } = await library();
const { pictures, folders } = store;
let made = 0;
const newFolder = () => folders.add(`/photos-${made++}`);

const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const whole = fc.integer({ min: 0, max: 2 ** 50 });
const anyScan = fc.record({
  size: whole,
  modified: fc.double({ min: 0, max: 1e13, noNaN: true }),
  sidecarModified: orNull(fc.double({ min: 0, max: 1e13, noNaN: true })),
  sha256: orNull(fc.constantFrom("ab", "cd")),
  width: orNull(whole),
  height: orNull(whole),
  takenAt: orNull(fc.integer({ min: -(2 ** 45), max: 2 ** 45 })),
  utcOffsetMinutes: orNull(fc.integer({ min: -720, max: 840 })),
  takenFrom: orNull(fc.constantFrom("EXIF", "file name")),
  placeErrorMetres: orNull(fc.double({ min: 0, max: 1e7, noNaN: true })),
  notes: fc.array(
    fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\0")),
    { maxLength: 2 },
  ),
  camera: orNull(fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\0"))),
  recorded: orNull(
    fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lng: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
  ),
  failure: fc.constant(null),
});

/** SQLite has one zero. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a picture in the store", () => {
  it("comes back as it was entered, and as it was scanned anew", () => {
    const folder = newFolder();
    const root = folders.all().find((f) => f.id === folder)?.path;
    let n = 0;
    fc.assert(
      fc.property(anyScan, anyScan, (first, second) => {
        const path = `2024/may/${n++}.jpg`;
        const id = pictures.add(folder, path, first, "queue");
        const about = { id, folder, root, path, album: "2024/may", state: "queue", missing: false };
        const { failure: _, ...read } = first;
        expect(plain(pictures.get(id))).toEqual(plain({ ...about, ...read }));
        pictures.setMissing([id], true);
        pictures.rescan(id, second, false);
        const { failure: __, ...anew } = second;
        expect(plain(pictures.at(folder, path))).toEqual(plain({ ...about, ...anew }));
      }),
      { numRuns: 60 },
    );
  });

  it("lies in the album of its folder within the folder, which may be the folder itself", () => {
    const folder = newFolder();
    for (const path of ["a.jpg", "b.jpg", "x/a.jpg", "x/y/a.jpg"]) pictures.add(folder, path, scanOf(), "queue");
    const [gone] = [pictures.add(folder, "x/gone.jpg", scanOf(), "queue")];
    pictures.setMissing([gone], true);
    expect(pictures.albums().filter((a) => a.folder === folder)).toEqual([
      { folder, album: ".", pictures: 2 },
      { folder, album: "x", pictures: 1 },
      { folder, album: "x/y", pictures: 1 },
    ]);
  });

  it("is not entered twice at one path of a folder, nor in a folder that is not there", () => {
    const folder = newFolder();
    pictures.add(folder, "a.jpg", scanOf(), "queue");
    expect(() => pictures.add(folder, "a.jpg", scanOf(), "queue")).toThrow(/UNIQUE/);
    expect(() => pictures.add(999_999, "a.jpg", scanOf(), "queue")).toThrow(/FOREIGN KEY/);
    expect(pictures.add(newFolder(), "a.jpg", scanOf(), "queue")).toBeGreaterThan(0);
  });

  it("that is unknown is said to be", () => {
    const unknown = { code: "not-found", message: "the library has no picture 999999" };
    expect(() => pictures.get(999_999)).toThrow(expect.objectContaining(unknown));
    expect(() => pictures.advance(999_999, { kind: "accept" })).toThrow(expect.objectContaining(unknown));
    expect(pictures.find(999_999)).toBeUndefined();
    expect(pictures.at(newFolder(), "a.jpg")).toBeUndefined();
  });

  it("keeps its localizability with its bytes, and loses it with them", () => {
    const id = pictures.add(newFolder(), "a.jpg", scanOf({ sha256: "ab" }), "queue");
    const waits = () => pictures.waiting({ again: false, limit: undefined }).some((p) => p.id === id);
    expect(waits()).toBe(true);
    const result = { sha256: "ab", localizabilityBits: 5 } as Parameters<typeof store.estimates.keep>[1]["result"];
    store.estimates.keep(id, { result, radiusKm: 1 });
    expect(waits()).toBe(false);
    pictures.rescan(id, scanOf({ sha256: "ab", modified: 5 }), true);
    expect(waits()).toBe(false);
    pictures.rescan(id, scanOf({ sha256: "cd", modified: 6 }), false);
    expect(waits()).toBe(true);
  });
});

describe("the state of a picture in the store", () => {
  const anyState = fc.constantFrom(...states);
  const anyEvent: fc.Arbitrary<PictureEvent> = fc.oneof(
    fc.record({
      kind: fc.constant("scanned" as const),
      found: fc.constantFrom("located" as const, "queue" as const, "unreadable" as const),
      sameContent: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("undo" as const), before: anyState, sidecarStands: fc.boolean() }),
    fc
      .constantFrom("undecodable", "accept", "reject", "not-a-place", "sidecar-written", "sidecar-taken-back")
      .map((kind) => ({ kind }) as PictureEvent),
  );

  it("moves as the state machine says, and stays where the event cannot happen", () => {
    const folder = newFolder();
    let n = 0;
    fc.assert(
      fc.property(anyState, fc.array(anyEvent, { maxLength: 12 }), (first, events) => {
        const id = pictures.add(folder, `${n++}.jpg`, scanOf(), first);
        let state: State = first;
        for (const event of events) {
          const next = nextState(state, event);
          expect(pictures.advance(id, event)).toBe(next !== undefined);
          state = next ?? state;
          expect(pictures.get(id).state).toBe(state);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("lists of numbers", () => {
  it("count pictures by state, those that are gone apart, and those without an estimate", async () => {
    const { store: own } = await library();
    const folder = own.folders.add("/photos");
    const enter = (path: string, state: State, sha256 = path) =>
      own.pictures.add(folder, path, scanOf({ sha256 }), state);
    const [a, b, c, d] = ["a", "b", "c", "d"].map((path) => enter(path, "queue"));
    const e = enter("e", "rejected");
    own.pictures.setMissing([d], true);
    own.estimates.keep(b, {
      result: { sha256: "b", localizabilityBits: 0 } as Parameters<typeof own.estimates.keep>[1]["result"],
      radiusKm: 1,
    });
    const { byState, missing, unestimated } = own.pictures.counts();
    expect(Object.fromEntries(byState.map((s) => [s.state, s.n]))).toEqual({ queue: 3, rejected: 1 });
    expect([missing, unestimated]).toEqual([1, 2]);
    expect(own.pictures.inState("queue")).toEqual([a, b, c]);
    expect(own.pictures.present(folder)).toEqual([a, b, c, e]);
    const waiting = (again: boolean, limit?: number) => own.pictures.waiting({ again, limit }).map((p) => p.path);
    expect(waiting(false)).toEqual(["a", "c"]);
    expect(waiting(true)).toEqual(["a", "b", "c"]);
    expect(waiting(true, 2)).toEqual(["a", "b"]);
    own.pictures.setMissing([d], false);
    expect(own.pictures.inState("queue")).toEqual([a, b, c, d]);
  });
});
