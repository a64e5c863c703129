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
    // A segment of one point is no line.
    const anySegment = fc.array(anyPoint, { minLength: 2, maxLength: 4 });
    const anyTracks = fc.array(fc.array(anySegment, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyTracks, (tracks) => {
        const written = tracks.map((segments) =>
          track(...segments.map((s) => s.map((p) => point(p.lat, p.lng, at(p.seconds))).join(""))),
        );
        const points = tracks.flat(2).map(({ lat, lng, seconds }) => ({ lat, lng, at: start + 1000 * seconds }));
        expect(readGpx(gpx(written.join("")))).toEqual(points.sort((a, b) => a.at - b.at));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["of GPX 1.0", 'xmlns="http://www.topografix.com/GPX/1/0"'],
    ["without a namespace", ""],
    ["with others beside its own", 'xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x"'],
  ])("%s is read", (_, namespace) => {
    expect(latitudes(gpx(track(point(1, 2, at(0)) + point(3, 4, at(1))), namespace))).toEqual([1, 3]);
  });

  it("leaves out points without a time, and those that lie nowhere on Earth", () => {
    const points = [
      point(1, 1, at(1)),
      point(3, 3, "yesterday"),
      point(91, 4, at(4)),
      point(5, -181, at(5)),
      point(-90, 180, at(6)),
      point(2, 2),
    ];
    expect(latitudes(gpx(track(points.join(""))))).toEqual([1, -90]);
    // Of several segments each has its own times.
    expect(latitudes(gpx(track(points.join(""), point(7, 7, at(0)) + point(8, 8))))).toEqual([7, 1, -90]);
  });

  it("reads times with an offset as UTC", () => {
    const text = gpx(track(point(1, 1, "2024-05-01T14:00:00+02:00") + point(2, 2, "2024-05-01T12:00:01.250Z")));
    expect(readGpx(text).map((p) => p.at - start)).toEqual([0, 1250]);
  });

  it.each([
    ["nothing", "", /a GPX file is needed, this is none/],
    ["a letter", "Dear Sir or Madam", /a GPX file is needed, this is none/],
    ["half of one", gpx(track(point(1, 1, at(0)))).slice(0, 120), /a GPX file is needed, this is none/],
    ["other XML", "<kml/>", /no track whose points have a time/],
    ["a place alone", gpx('<wpt lat="1" lon="2"><time>2024-05-01T12:00:00Z</time></wpt>'), /no track whose points/],
    ["a track without times", gpx(track(point(1, 1) + point(2, 2))), /no track whose points have a time/],
  ])("that is %s is refused", (_, text, words) => {
    expect(() => readGpx(text)).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringMatching(words) }),
    );
  });
});
