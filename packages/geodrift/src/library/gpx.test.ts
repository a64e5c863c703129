import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGpx } from "./gpx.js";

const start = Date.UTC(2024, 4, 1, 12);
const at = (seconds: number) => new Date(start + 1000 * seconds).toISOString();
const point = (lat: number, lng: number, time?: string) =>
  `<trkpt lat="${lat}" lon="${lng}">${time === undefined ? "" : `<time>${time}</time>`}</trkpt>`;
const track = (...segments: string[]) => `<trk>${segments.map((s) => `<trkseg>${s}</trkseg>`).join("")}</trk>`;
const gpx = (inner: string, namespace = 'xmlns="http://www.topografix.com/GPX/1/1"') =>
  `<?xml version="1.0"?><gpx version="1.1" ${namespace}>${inner}</gpx>`;
const latitudes = (text: string) => readGpx(text).map((p) => p.lat);

describe("a GPX file", () => {
  it("is its points with a time, in the order of time, however they are cut into tracks and segments", () => {
    const anyPoint = fc.record({
      lat: fc.integer({ min: -90, max: 90 }),
      lng: fc.integer({ min: -180, max: 180 }),
      seconds: fc.integer({ min: 0, max: 1000 }),
    });
    const anySegment = fc.array(
      anyPoint.filter((p) => p.lat !== 0 || p.lng !== 0),
      { minLength: 1, maxLength: 4 },
    );
    const anyTracks = fc.array(fc.array(anySegment, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyTracks, (tracks) => {
        const written = tracks.map((segments) =>
          track(...segments.map((s) => s.map((p) => point(p.lat, p.lng, at(p.seconds))).join(""))),
        );
        const points = tracks
          .flat()
          .flatMap((s, i) =>
            s.map(({ lat, lng, seconds }) => ({ lat, lng, at: start + 1000 * seconds, segment: i + 1 })),
          );
        expect(readGpx(gpx(written.join("")))).toEqual(points.sort((a, b) => a.at - b.at));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["of GPX 1.0", 'xmlns="http://www.topografix.com/GPX/1/0"'],
    ["without a namespace", ""],
    ["with others beside its own", 'xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x"'],
    ["of some other program", 'xmlns="urn:tracks"'],
  ])("%s is read", (_, namespace) => {
    expect(latitudes(gpx(track(point(1, 2, at(0)) + point(3, 4, at(1))), namespace))).toEqual([1, 3]);
  });

  it("leaves out points without a time, and those that lie nowhere on Earth", () => {
    const points = [
      point(1, 1, at(1)),
      point(3, 3, "yesterday"),
      point(91, 4, at(4)),
      point(5, -361, at(5)),
      point(0, 0, at(5)),
      point(-90, 180, at(6)),
      point(2, 2),
    ];
    expect(latitudes(gpx(track(points.join(""))))).toEqual([1, -90]);
    // Of several segments each has its own times.
    expect(latitudes(gpx(track(points.join(""), point(7, 7, at(0)) + point(8, 8))))).toEqual([7, 1, -90]);
  });

  it("leaves every time with its own point, where one in the middle has none", () => {
    const text = gpx(track(point(10, 1, at(0)) + point(10.5, 1) + point(11, 1, at(20))));
    expect(readGpx(text).map((p) => [p.lat, p.at - start])).toEqual([
      [10, 0],
      [11, 20_000],
    ]);
  });

  it("reads longitudes beyond the date line as those behind it", () => {
    expect(readGpx(gpx(track(point(5, -180.09, at(0)))))[0].lng).toBeCloseTo(179.91, 9);
  });

  it("is read with one point, with a prefix, from waypoints and routes, each of which is a part of its own", () => {
    expect(latitudes(gpx(track(point(1, 2, at(0)))))).toEqual([1]);
    const prefixed =
      '<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:trk><g:trkseg><g:trkpt lat="4" lon="5"><g:time>2024-05-01T12:00:00Z</g:time></g:trkpt></g:trkseg></g:trk></g:gpx>';
    expect(latitudes(prefixed)).toEqual([4]);
    const alone = (lat: number) => `<wpt lat="${lat}" lon="2"><ele>3</ele><time>${at(lat)}</time><name>x</name></wpt>`;
    const route = `<rte><rtept lat="8" lon="2"><time>${at(8)}</time></rtept><rtept lat="9" lon="2"><time>${at(9)}</time></rtept></rte>`;
    expect(readGpx(gpx(alone(1) + alone(2) + route)).map((p) => [p.lat, p.segment])).toEqual([
      [1, 1],
      [2, 2],
      [8, 3],
      [9, 3],
    ]);
  });

  it("has no other times than its points' own", () => {
    const inside = `<trkpt lat="1" lon="2"><extensions><x><time>${at(50)}</time></x></extensions><time>${at(1)}</time></trkpt>`;
    expect(readGpx(gpx(`<metadata><time>${at(99)}</time></metadata>${track(inside)}`))[0].at - start).toBe(1000);
  });

  it("that holds a million empty elements is read in a moment", () => {
    const text = gpx(`<extensions>${"<a/>".repeat(1_000_000)}</extensions>${track(point(1, 2, at(0)))}`);
    expect(latitudes(text)).toEqual([1]);
  }, 20_000);

  it("reads times without a zone as UTC, whatever the zone of the machine", () => {
    const before = process.env.TZ;
    try {
      for (const zone of ["America/New_York", "Asia/Kathmandu", "UTC"]) {
        process.env.TZ = zone;
        expect(readGpx(gpx(track(point(1, 1, "2024-05-01T12:00:00"))))[0].at).toBe(start);
      }
    } finally {
      process.env.TZ = before;
    }
  });

  it("reads times with an offset as UTC", () => {
    const text = gpx(track(point(1, 1, "2024-05-01T14:00:00+02:00") + point(2, 2, "2024-05-01T12:00:01.250Z")));
    expect(readGpx(text).map((p) => p.at - start)).toEqual([0, 1250]);
  });

  it.each([
    ["nothing", "", /a GPX file is needed, this is none/],
    ["a letter", "Dear Sir or Madam", /a GPX file is needed, this is none/],
    ["half of one", gpx(track(point(1, 1, at(0)))).slice(0, 120), /a GPX file is needed, this is none/],
    ["other XML", "<kml/>", /its root is no gpx element/],
    ["a track without times", gpx(track(point(1, 1) + point(2, 2))), /no point that has a time/],
    ["deeper than any", `<gpx>${"<a>".repeat(300)}`, /more than 200 elements deep/],
  ])("that is %s is refused", (_, text, words) => {
    expect(() => readGpx(text)).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringMatching(words) }),
    );
  });
});
