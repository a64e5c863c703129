import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive } from "../../../../test/library/archive.js";
import { aroundTime, readGpxFile, trackAround } from "./tracks.js";

const { library, folder } = archive();
const own = await library();
const minute = 60_000;
const keep = (points: readonly (readonly [minutes: number, segment?: number])[], name = "a.gpx") =>
  own.store.tracks.keep(
    name,
    points.map(([m, segment = 1]) => ({ at: m * minute, lat: m / 100, lng: 5, segment })),
  );
const at = async (...minutes: number[]) => {
  await keep(minutes.map((m) => [m]));
  return (await aroundTime(own, 0)).places.map((p) => p.minutes);
};

describe("a track around a time", () => {
  it.each<[string, number[], number[]]>([
    ["is nothing without points", [], []],
    ["is the points before and after", [-20, -3, 2, 30], [-3, 2]],
    ["is one point where it begins or ends", [5, 6], [5]],
    ["is a point of that very time, and the next", [0, 9], [0, 9]],
    ["reaches for twelve hours", [-720, 720], [-720, 720]],
    ["reaches no further", [-721, 720.5], []],
  ])("%s", async (_, points, expected) => {
    expect(await at(...points)).toEqual(expected);
  });

  it("is in two pieces between two of its parts, and between two files", async () => {
    await keep([
      [-20, 1],
      [20, 1],
    ]);
    expect((await aroundTime(own, 0)).apart).toBe(false);
    await keep([
      [-20, 1],
      [20, 2],
    ]);
    expect((await aroundTime(own, 0)).apart).toBe(true);
    await keep([[-20, 1]]);
    await keep([[20, 1]], "b.gpx");
    expect((await aroundTime(own, 0)).apart).toBe(true);
    await own.store.tracks.keep("b.gpx", []);
  });

  it("never says more than two places, within twelve hours", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: -900, max: 900 }), { minLength: 1, maxLength: 9 }),
        async (points) => {
          const found = (await at(...points)).map(Math.abs);
          const nearest = Math.min(...points.map(Math.abs));
          expect(found.length).toBeLessThanOrEqual(2);
          expect(found.length > 0 ? Math.min(...found) : undefined).toBe(nearest <= 720 ? nearest : undefined);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a track that is drawn", () => {
  const drawn = async (points: readonly (readonly [minutes: number, segment?: number])[]) => {
    await keep(points);
    return trackAround(own, 0);
  };

  it("has its parts, and the place at the time between its points", async () => {
    const { lines, moment } = await drawn([
      [-30, 1],
      [-20, 1],
      [20, 2],
      [60, 2],
      [800, 2],
    ]);
    expect(lines.map((line) => line.map((p) => p.lat))).toEqual([
      [-0.3, -0.2],
      [0.2, 0.6],
    ]);
    expect(moment).toBeNull();
    const within = await drawn([[-10], [30]]);
    expect(within.moment?.lat).toBeCloseTo(0, 9);
    expect(within.moment?.lng).toBeCloseTo(5, 9);
    expect((await drawn([[10], [30]])).moment).toBeNull();
    expect(await drawn([])).toEqual({ lines: [], moment: null });
  });

  it("has 2,000 points at most, and both its ends", async () => {
    const { lines } = await drawn(Array.from({ length: 1401 * 3 }, (_, i) => [i / 6 - 350] as const));
    expect(lines.length).toBe(1);
    expect(lines[0].length).toBeLessThanOrEqual(2002);
    expect(lines[0][0].lat).toBeCloseTo(-3.5, 6);
    expect(lines[0].at(-1)?.lat).toBeCloseTo((1401 * 3 - 1) / 600 - 3.5, 6);
  });
});

describe("a file of a track", () => {
  const gpx = (points: string) => `<gpx version="1.1" creator="x"><trk><trkseg>${points}</trkseg></trk></gpx>`;
  const point = (minutes: number) =>
    `<trkpt lat="${minutes}" lon="5"><time>${new Date(minutes * minute).toISOString()}</time></trkpt>`;

  it("is read in the order of time", async () => {
    const file = join(folder({ "a.gpx": gpx(point(3) + point(1) + point(2)) }), "a.gpx");
    expect(await readGpxFile(file)).toEqual([1, 2, 3].map((m) => ({ lat: m, lng: 5, at: m * minute, segment: 1 })));
  });

  it.each(["utf8", "utf16le"] as const)("is read in %s, with a byte order mark and without", async (encoding) => {
    for (const mark of ["", "\uFEFF"]) {
      const bytes = Buffer.from(`${mark}<?xml version="1.0"?>${gpx(point(1))}`, encoding);
      expect(await readGpxFile(join(folder({ "a.gpx": bytes }), "a.gpx"))).toHaveLength(1);
    }
  });

  it("begins the sentence of what is wrong with it", async () => {
    const own = folder({ "a.gpx": "<gpx/>" });
    await expect(readGpxFile(join(own, "a.gpx"))).rejects.toMatchObject({
      ...{ code: "data", message: `${join(own, "a.gpx")}: holds no point that has a time` },
    });
    await expect(readGpxFile(join(own, "none"))).rejects.toMatchObject({
      ...{ code: "not-found", message: `${join(own, "none")}: no such file` },
    });
    await expect(readGpxFile(own)).rejects.toMatchObject({ code: "file" });
  });
});
