import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, inOrder, resultOf, scanOf, waiting } from "../../../../../test/library/archive.js";
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
  it("comes back as it was entered, and as it was scanned anew", async () => {
    const folder = await newFolder();
    const root = (await folders.all()).find((f) => f.id === folder)?.path;
    let n = 0;
    await fc.assert(
      fc.asyncProperty(anyScan, anyScan, async (first, second) => {
        const path = `2024/may/${n++}.jpg`;
        const id = await pictures.add(folder, path, first, "queue");
        const about = { id, folder, root, path, album: "2024/may", state: "queue", missing: false };
        const { failure: _, ...read } = first;
        expect(plain(await pictures.get(id))).toEqual(plain({ ...about, ...read }));
        await pictures.setMissing([id], true);
        await pictures.rescan(id, second, false);
        const { failure: __, ...anew } = second;
        expect(plain((await pictures.atPaths(folder, [path])).get(path))).toEqual(plain({ ...about, ...anew }));
      }),
      { numRuns: 60 },
    );
  });

  it("lies in the album of its folder within the folder, which may be the folder itself", async () => {
    const folder = await newFolder();
    for (const path of ["a.jpg", "b.jpg", "x/a.jpg", "x/y/a.jpg"]) await pictures.add(folder, path, scanOf(), "queue");
    const [gone] = [await pictures.add(folder, "x/gone.jpg", scanOf(), "queue")];
    await pictures.setMissing([gone], true);
    expect((await pictures.albums()).filter((a) => a.folder === folder)).toEqual([
      { folder, album: ".", pictures: 2 },
      { folder, album: "x", pictures: 1 },
      { folder, album: "x/y", pictures: 1 },
    ]);
  });

  it("is not entered twice at one path of a folder, nor in a folder that is not there", async () => {
    const folder = await newFolder();
    await pictures.add(folder, "a.jpg", scanOf(), "queue");
    await expect(pictures.add(folder, "a.jpg", scanOf(), "queue")).rejects.toThrow(/unique/i);
    await expect(pictures.add(999_999, "a.jpg", scanOf(), "queue")).rejects.toThrow(/foreign key/i);
    expect(await pictures.add(await newFolder(), "a.jpg", scanOf(), "queue")).toBeGreaterThan(0);
  });

  it("that is unknown is said to be", async () => {
    const unknown = { code: "not-found", message: "the library has no picture 999999" };
    await expect(pictures.get(999_999)).rejects.toThrow(expect.objectContaining(unknown));
    await expect(pictures.advance(999_999, { kind: "accept" })).rejects.toThrow(expect.objectContaining(unknown));
    expect(await pictures.find(999_999)).toBeUndefined();
    expect(await pictures.atPaths(await newFolder(), ["a.jpg"])).toEqual(new Map());
  });

  it("keeps its localizability with its bytes, and loses it with them", async () => {
    const id = await pictures.add(await newFolder(), "a.jpg", scanOf({ sha256: "ab" }), "queue");
    const waits = async () => (await store.lists.one(id))?.estimate === undefined;
    expect(await waits()).toBe(true);
    await store.estimates.keep(id, { result: resultOf({ sha256: "ab" }), radiusKm: 1 });
    expect(await waits()).toBe(false);
    await pictures.rescan(id, scanOf({ sha256: "ab", modified: 5 }), true);
    expect(await waits()).toBe(false);
    await pictures.rescan(id, scanOf({ sha256: "cd", modified: 6 }), false);
    expect(await waits()).toBe(true);
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

  it("moves as the state machine says, and stays where the event cannot happen", async () => {
    const folder = await newFolder();
    let n = 0;
    await fc.assert(
      fc.asyncProperty(anyState, fc.array(anyEvent, { maxLength: 12 }), async (first, events) => {
        const id = await pictures.add(folder, `${n++}.jpg`, scanOf(), first);
        let state: State = first;
        for (const event of events) {
          const next = nextState(state, event);
          expect(await pictures.advance(id, event)).toBe(next !== undefined);
          state = next ?? state;
          expect((await pictures.get(id)).state).toBe(state);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("lists of numbers", () => {
  it("count pictures by state, those that are gone apart, and those without an estimate", async () => {
    const { store: own } = await library();
    const folder = await own.folders.add("/photos");
    const enter = (path: string, state: State, sha256 = path) =>
      own.pictures.add(folder, path, scanOf({ sha256 }), state);
    const [a, b, c, d] = await inOrder(["a", "b", "c", "d"], (path) => enter(path, "queue"));
    const e = await enter("e", "rejected");
    await own.pictures.setMissing([d], true);
    await own.estimates.keep(b, { result: resultOf({ sha256: "b" }), radiusKm: 1 });
    const { byState, missing, unestimated } = await own.pictures.counts();
    expect(Object.fromEntries(byState.map((s) => [s.state, s.n]))).toEqual({ queue: 3, rejected: 1 });
    expect([missing, unestimated]).toEqual([1, 2]);
    expect(await own.pictures.inState("queue")).toEqual([a, b, c]);
    expect(await own.pictures.present(folder)).toEqual([a, b, c, e]);
    const paths = async (again: boolean, limit?: number) => (await waiting(own, again, limit)).map((p) => p.path);
    expect(await paths(false)).toEqual(["a", "c"]);
    expect(await paths(true)).toEqual(["a", "b", "c"]);
    expect(await paths(true, 2)).toEqual(["a", "b"]);
    await own.pictures.setMissing([d], false);
    expect(await own.pictures.inState("queue")).toEqual([a, b, c, d]);
  });
});
