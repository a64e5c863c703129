import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeArrayBuffer } from "geotiff";
import { describe, expect, it } from "vitest";
import { readDem } from "./read-dem.js";
import { readElevation } from "./read-elevation.js";

/** An elevation model of three profiles, the middle one longer than a record, rising to the east and to the north. */
function dem(counts: readonly number[]): Uint8Array {
  const text: string[] = [];
  const put = (record: string[], at: number, value: string) => record.splice(at, value.length, ...value);
  const blank = () => new Array<string>(1024).fill(" ");
  const head = blank();
  put(head, 528, "     2     2");
  put(head, 816, "0.300000E+020.300000E+020.100000E+01");
  put(head, 852, "     1     3");
  text.push(head.join(""));
  counts.forEach((count, p) => {
    const heights = Array.from({ length: count }, (_, k) => String(100 + 10 * p + k).padStart(6));
    const first = blank();
    put(first, 0, `${"1".padStart(6)}${String(p + 1).padStart(6)}${String(count).padStart(6)}     1`);
    const fortran = (v: number) => `0.${String(v).padStart(6, "0")}000000000D+06`.padStart(24);
    put(first, 24, fortran(500000 + 30 * p));
    put(first, 48, fortran(400000 + (p === 1 ? 0 : 30)));
    put(first, 72, "0.0".padStart(24));
    put(first, 144, heights.slice(0, 146).join(""));
    text.push(first.join(""));
    for (let k = 146; k < count; k += 170)
      text.push(
        heights
          .slice(k, k + 170)
          .join("")
          .padEnd(1024),
      );
  });
  return Buffer.from(text.join(""), "latin1");
}

describe("elevation models of the USGS", () => {
  it("are profiles from west to east, each from south to north, over several records", () => {
    const { heights, columns, rows, step, origin } = readDem(dem([3, 400, 3]));
    expect({ columns, rows, step, origin }).toEqual({ columns: 3, rows: 400, step: 30, origin: [500000, 400000] });
    expect([...heights.subarray(400, 403)]).toEqual([110, 111, 112]);
    expect(heights[799]).toBe(509);
    // The first profile begins a step further north.
    expect([...heights.subarray(0, 5)]).toEqual([Number.NaN, 100, 101, 102, Number.NaN]);
  });

  it("say what is wrong with them", () => {
    expect(() => readDem(Buffer.from("nothing of the kind"))).toThrow(/no elevation model of the USGS/);
    expect(() => readDem(dem([3, 400, 3]).subarray(0, 3000))).toThrow(/cut off|number is needed/);
  });
});

const tied = { ModelPixelScale: [30, 30, 0], ModelTiepoint: [0, 0, 0, 500_000, 400_060, 0] };

/** A GeoTIFF of three columns and two rows, with other tags. */
const tiff = async (
  tags: Record<string, unknown> = {},
  heights: Float32Array | number[] = Float32Array.of(1, 2, 3, 4, 5, -9999),
) =>
  new Uint8Array(
    (await writeArrayBuffer(
      heights as never,
      {
        ...{ width: 3, height: 2, GTModelTypeGeoKey: 1, ProjectedCSTypeGeoKey: 32610, ProjLinearUnitsGeoKey: 9001 },
        ...{ GTRasterTypeGeoKey: 1, GDAL_NODATA: "-9999" },
        ...(!("ModelTransformation" in tags) && tied),
        ...tags,
      } as never,
    )) as ArrayBuffer,
  );

/** The same file whose first key says that its value stands in a tag that there is none of. */
function withoutValue(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const little = out[0] === 0x49;
  for (let at = 0; at + 4 <= out.length; at += 2)
    if (view.getUint16(at, little) === 1024 && view.getUint16(at + 2, little) === 0) {
      view.setUint16(at + 2, 40_000, little);
      return out;
    }
  throw new Error("no such key");
}

describe("elevation models as GeoTIFF", () => {
  const grid = { columns: 3, rows: 2, step: 30, heights: Float32Array.of(4, 1, 5, 2, Number.NaN, 3) };

  it("are columns from west to east, each from south to north, at the middles of their cells", async () => {
    expect(await readElevation(await tiff())).toEqual({ ...grid, origin: [500_015, 400_015] });
  });

  it("have heights at the corners where they say so, and may be tied at any cell", async () => {
    const points = await tiff({ GTRasterTypeGeoKey: 2 });
    expect(await readElevation(points)).toEqual({ ...grid, origin: [500_000, 400_030] });
    const other = await tiff({ ModelTiepoint: [2, 1, 0, 500_060, 400_030, 0] });
    expect(await readElevation(other)).toEqual({ ...grid, origin: [500_015, 400_015] });
  });

  it("may be placed by a matrix", async () => {
    const matrix = [30, 0, 0, 500_000, 0, -30, 0, 400_060, 0, 0, 0, 0, 0, 0, 0, 1];
    const placed = await tiff({ ModelTransformation: matrix });
    expect(await readElevation(placed)).toEqual({ ...grid, origin: [500_015, 400_015] });
    const turned = matrix.with(1, 3).with(4, 3);
    await expect(tiff({ ModelTransformation: turned }).then(readElevation)).rejects.toThrow(/to the south, turned/);
  });

  it("were not measured where they say the value for that, in fewer digits as well, or what no ground has", async () => {
    const heights = Float32Array.of(1, -9999.9, 3, -9999, 1e20, 6);
    const { heights: read } = await readElevation(await tiff({ GDAL_NODATA: "-9999.9" }, heights));
    expect([...read]).toEqual([Number.NaN, 1, Number.NaN, Number.NaN, 6, 3]);
  });

  it.each<[string, Promise<Uint8Array>, RegExp]>([
    [
      "degrees",
      tiff({ GTModelTypeGeoKey: 2, ProjectedCSTypeGeoKey: undefined, GeographicTypeGeoKey: 4326 }),
      /model type 2/,
    ],
    ["feet", tiff({ ProjLinearUnitsGeoKey: 9002 }), /units 9002 and 9001/],
    ["heights in feet", tiff({ VerticalUnitsGeoKey: 9002 }), /units 9001 and 9002/],
    ["units that are not said", tiff({ ProjLinearUnitsGeoKey: undefined }), /units none and 9001/],
    ["keys that are damaged", tiff().then(withoutValue), /no GeoTIFF that can be read/],
    ["cells that are no squares", tiff({ ModelPixelScale: [30, 20, 0] }), /30 to the east and 20 to the south/],
    [
      "a file that is cut off",
      tiff().then((bytes) => bytes.subarray(0, bytes.length - 20)),
      /no GeoTIFF that can be read/,
    ],
    ["a file that is cut off early", tiff().then((bytes) => bytes.subarray(0, 20)), /no GeoTIFF that can be read/],
    [
      "more heights than anybody has",
      tiff({ width: 60_000, height: 60_000 }),
      /16000000 heights are read, got 60000 × 60000/,
    ],
  ])("say in one sentence what is wrong with %s", async (_, bytes, sentence) => {
    const said = await readElevation(await bytes).catch((e: Error) => e);
    expect(said).toMatchObject({ name: "GeodriftError", code: "data", message: expect.stringMatching(sentence) });
    expect((said as Error).message).not.toContain("\n");
  });
});

const shapes = fileURLToPath(new URL("../../../../../shared/data/landmarks", import.meta.url));

describe.skipIf(!existsSync(shapes))("elevation models of real places (../shared/data/landmarks)", () => {
  const extent = ({ heights, columns, rows }: { heights: Float32Array; columns: number; rows: number }) => {
    const known = heights.filter((h) => !Number.isNaN(h)).sort();
    return { columns, rows, least: known[0], most: known[known.length - 1] };
  };

  it("Mount St Helens after its eruption, 682 to 2,543 m", async () => {
    const elevation = await readElevation(await readFile(join(shapes, "mount-st-helens-1980.dem")));
    expect(extent(elevation)).toEqual({ columns: 327, rows: 466, least: 682, most: 2543 });
  });

  it("Mount Eden, whose rim is highest south of its crater", async () => {
    const elevation = await readElevation(await readFile(join(shapes, "mount-eden-5m.tif")));
    expect(extent(elevation)).toEqual({
      columns: 122,
      rows: 174,
      least: expect.closeTo(76.26, 2),
      most: expect.closeTo(195.55, 2),
    });
    const { heights, rows, step, origin } = elevation;
    const top = heights.indexOf(heights.reduce((a, b) => Math.max(a, b)));
    expect([origin[0] + Math.floor(top / rows) * step, origin[1] + (top % rows) * step]).toEqual([
      1_757_256.5, 5_917_200.5,
    ]);
  });
});
