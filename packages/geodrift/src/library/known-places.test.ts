import { describe, expect, it } from "vitest";
import { archive, estimate, inOrder, scanOf } from "../../../../test/library/archive.js";
import { decide } from "./decisions.js";
import { knownPlaces } from "./known-places.js";
import type { ScannedFile } from "./store/pictures.js";

const { library } = archive();
const minute = 60_000;
const noon = Date.UTC(2024, 4, 1, 12);

/** A library with a picture taken at noon, without a place. */
async function ownLibrary(about: Partial<ScannedFile> = {}) {
  const own = await library();
  const folder = await own.store.folders.add("/photos");
  let n = 0;
  const enter = (path: string, more: Partial<ScannedFile> = {}, at = folder) =>
    own.store.pictures.add(at, path, scanOf({ sha256: `${n++}`, ...more }), more.recorded ? "located" : "queue");
  const id = await enter("x/own.jpg", { takenAt: noon, ...about });
  const place = (path: string, minutes: number | null, lat: number, more: Partial<ScannedFile> = {}) =>
    enter(path, { takenAt: minutes === null ? null : noon + minutes * minute, recorded: { lat, lng: 5 }, ...more });
  const known = (options: Parameters<typeof knownPlaces>[2]) => knownPlaces(own, id, options);
  return { own, id, folder, enter, place, known };
}

describe("pictures of about the same time", () => {
  it("are those within the reach that have a place, the nearest first", async () => {
    const { place, enter, known, own } = await ownLibrary();
    const [far, near] = [await place("far.jpg", -30, 1), await place("near.jpg", 1.5, 2)];
    await place("too-far.jpg", 30.001, 3);
    await place("no-time.jpg", null, 4);
    await enter("no-place.jpg", { takenAt: noon });
    await own.store.pictures.setMissing([await place("gone.jpg", 0, 5)], true);
    expect(await known({ timeNeighbours: 30 })).toEqual([
      {
        kind: "time-neighbours",
        label: "2 taken within 30 minutes",
        places: [
          { picture: near, path: "near.jpg", lat: 2, lng: 5, minutes: 1.5 },
          { picture: far, path: "far.jpg", lat: 1, lng: 5, minutes: -30 },
        ],
      },
    ]);
    expect(await known({ timeNeighbours: 1 })).toEqual([]);
    expect((await known({ timeNeighbours: 1.5 }))[0].label).toBe("1 taken within 2 minutes");
  });

  it("are those of the same hour of the world where both offsets are known, and of the same clock where one is not", async () => {
    const { place, known } = await ownLibrary({ utcOffsetMinutes: -240 });
    await place("sydney.jpg", 0.5, 1, { utcOffsetMinutes: 600 });
    expect(await known({ timeNeighbours: 60 })).toEqual([]);
    await place("sydney-then.jpg", 14 * 60 + 3, 2, { utcOffsetMinutes: 600, placeErrorMetres: 25 });
    await place("unknown.jpg", 4, 3);
    expect((await known({ timeNeighbours: 60 }))[0].places).toMatchObject([
      { path: "sydney-then.jpg", minutes: 3, errorMetres: 25 },
      { path: "unknown.jpg", minutes: 4 },
    ]);
  });

  it("are not asked for where nobody asks, nor known of a picture without a time", async () => {
    const timeless = await ownLibrary({ takenAt: null });
    await timeless.place("a.jpg", 0, 1);
    expect(await timeless.known({ timeNeighbours: 30, track: true })).toEqual([]);
    const { place, known } = await ownLibrary();
    await place("a.jpg", 0, 1);
    expect(await known({})).toEqual([]);
  });

  it("are never copies of the picture, and 24 at most", async () => {
    const { place, known } = await ownLibrary({ sha256: "same" });
    await place("copy.jpg", 0, 1, { sha256: "same" });
    expect(await known({ timeNeighbours: 30 })).toEqual([]);
    const unread = await place("unread.jpg", 0, 2, { sha256: null });
    expect((await known({ timeNeighbours: 30 }))[0].places.map((p) => p.picture)).toEqual([unread]);
    for (let i = 0; i < 30; i++) await place(`${i}.jpg`, 1, 3);
    expect((await known({ timeNeighbours: 30 }))[0].places.length).toBeLessThanOrEqual(24);
    expect((await known({ timeNeighbours: 30 }))[0].places.length).toBeGreaterThan(20);
  });

  it("say what people have said, and never what models have", async () => {
    const { own, enter, known } = await ownLibrary();
    const [pinned, town, model] = await inOrder(["a", "b", "c"], (path) => enter(`${path}.jpg`, { takenAt: noon }));
    const pin = { lat: 60.39, lng: 5.32 };
    await decide(own, [pinned], { kind: "accept", level: "point", pin });
    await decide(own, [town], { kind: "accept", level: "city", pin });
    await estimate(own, model);
    await decide(own, [model], { kind: "accept", level: "point" });
    const said = async () =>
      (await known({ timeNeighbours: 5 })).flatMap((k) => k.places.map((p) => [p.picture, p.lat]));
    expect(await said()).toEqual([[pinned, 60.39]]);
    await decide(own, [pinned], { kind: "not-a-place" });
    expect(await said()).toEqual([]);
  });
});

describe("pictures of the same folder", () => {
  it("have the time between, where it is known", async () => {
    const { own, place, enter, known } = await ownLibrary();
    const [near, hour, day] = [
      await place("x/a.jpg", 2, 1),
      await place("x/b.jpg", 60, 2),
      await place("x/c.jpg", 24 * 60, 3),
    ];
    const timeless = await place("x/d.jpg", null, 4);
    await place("y/e.jpg", 0, 5);
    const other = await own.store.folders.add("/other");
    await enter("x/f.jpg", { takenAt: noon, recorded: { lat: 6, lng: 5 } }, other);
    const [{ kind, label, places, elsewhere }] = await known({ album: true });
    expect([kind, label, elsewhere]).toEqual(["album", "4 of the same folder", 0.1]);
    expect(places.map((p) => [p.picture, p.minutes])).toEqual([
      [near, 2],
      [hour, 60],
      [day, 24 * 60],
      [timeless, undefined],
    ]);
  });

  it("are known of a picture without a time, too", async () => {
    const { place, known } = await ownLibrary({ takenAt: null });
    await place("x/a.jpg", 0, 1);
    expect((await known({ album: true }))[0].places.map((p) => p.minutes)).toEqual([undefined]);
  });
});

describe("a track", () => {
  const point = (minutes: number, lat: number) => ({ at: noon + minutes * minute, lat, lng: 5, segment: 1 });

  it("is asked at the time of the picture by UTC: by its own offset, or else by the clock that is said", async () => {
    for (const [utcOffsetMinutes, clockMinutes, lat] of [
      [120, undefined, 1],
      [120, 0, 1],
      [null, 120, 1],
      [null, undefined, 2],
      [0, 120, 2],
      [-60, undefined, 3],
    ] as const) {
      const { own, known } = await ownLibrary({ utcOffsetMinutes });
      await own.store.tracks.keep("a.gpx", [point(-120, 1), point(0, 2), point(60, 3)]);
      const [found] = await known({ track: true, clockMinutes });
      expect(found).toMatchObject({ kind: "track", label: "a track, 0 minutes away", elsewhere: 0.001 });
      expect(found.places[0]).toEqual({ lat, lng: 5, minutes: 0 });
    }
  });

  it("comes last, after what is known of the time and of the folder", async () => {
    const { own, place, known } = await ownLibrary();
    await place("x/a.jpg", 0, 1);
    await own.store.tracks.keep("a.gpx", [point(1.5, 1)]);
    const all = await known({ track: true, album: true, timeNeighbours: 1 });
    expect(all.map((k) => k.kind)).toEqual(["time-neighbours", "album", "track"]);
    expect(all[2].label).toBe("a track, 2 minutes away");
  });
});

describe("an unknown picture", () => {
  it("is said to be", async () => {
    const own = await library();
    await expect(knownPlaces(own, 5, {})).rejects.toThrow(expect.objectContaining({ code: "not-found" }));
  });
});
