import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive } from "../../../../test/library/archive.js";
import { aroundTime, readGpxFile } from "./tracks.js";

const { library, folder } = archive();
const own = await library();
const minute = 60_000;
const at = (...minutes: number[]) => {
  own.store.tracks.keep(
    "a.gpx",
    minutes.map((m) => ({ at: m * minute, lat: m / 100, lng: 5 })),
  );
  return aroundTime(own, 0).map((p) => p.minutes);
};

describe("a track around a time", () => {
  it.each<[string, number[], number[]]>([
    ["is nothing without points", [], []],
    ["is the points before and after, the nearest first", [-20, -3, 2, 30], [2, 3]],
    ["is one point where it begins or ends", [5, 6], [5]],
    ["is a point of that very time, and the next", [0, 9], [0, 9]],
    ["reaches for twelve hours", [-720, 720], [720, 720]],
    ["reaches no further", [-721, 720.5], []],
    ["is its near end where the other is more than ten times as far", [-30, 301], [30]],
    ["is both ends where the other is ten times as far", [-30, 300], [30, 300]],
    ["is both ends within ten minutes, however near one is", [0, 10], [0, 10]],
    ["is its near end beyond", [0, 10.5], [0]],
  ])("%s", (_, points, expected) => {
    expect(at(...points)).toEqual(expected);
  });

  it("never says more than two places, the nearest of all first, within twelve hours", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -900, max: 900 }), { minLength: 1, maxLength: 9 }), (points) => {
        const found = at(...points);
        const nearest = Math.min(...points.map(Math.abs));
        expect(found.length).toBeLessThanOrEqual(2);
        expect(found[0]).toBe(nearest <= 720 ? nearest : undefined);
        expect(found).toEqual([...found].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a file of a track", () => {
  const gpx = (points: string) => `<gpx version="1.1" creator="x"><trk><trkseg>${points}</trkseg></trk></gpx>`;
  const point = (minutes: number) =>
    `<trkpt lat="${minutes}" lon="5"><time>${new Date(minutes * minute).toISOString()}</time></trkpt>`;

  it("is read in the order of time", async () => {
    const file = join(folder({ "a.gpx": gpx(point(3) + point(1) + point(2)) }), "a.gpx");
    expect(await readGpxFile(file)).toEqual([1, 2, 3].map((m) => ({ lat: m, lng: 5, at: m * minute })));
  });

  it("begins the sentence of what is wrong with it", async () => {
    const own = folder({ "a.gpx": "<gpx/>" });
    await expect(readGpxFile(join(own, "a.gpx"))).rejects.toMatchObject({
      ...{ code: "data", message: `${join(own, "a.gpx")}: holds no track whose points have a time` },
    });
    await expect(readGpxFile(join(own, "none"))).rejects.toMatchObject({
      ...{ code: "not-found", message: `${join(own, "none")}: no such file` },
    });
    await expect(readGpxFile(own)).rejects.toMatchObject({ code: "file" });
  });
});
