import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { npy, tar, zip } from "../../../../../test/end-to-end/archives.js";
import { placeOrRefusal } from "../../pictures/recorded-place.js";
import { areasOf } from "../areas.js";
import { csvRows, csvSource, tableColumns } from "./csv.js";
import { openSource } from "./index.js";
import type { PictureSource, SourceItem } from "./source.js";
import { indexZips } from "./zip-index.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
/** All of a source, which must be the same from wherever it is begun. */
const itemsOf = async (source: PictureSource): Promise<SourceItem[]> => {
  const from = async (first?: number) => {
    const out: SourceItem[] = [];
    for await (const item of source.items(first)) out.push(item);
    return out;
  };
  const ids = (items: SourceItem[]) => items.map(({ id }) => id);
  const all = await from();
  for (const first of [0, 1, Math.floor(all.length / 2), all.length, all.length + 3])
    expect(ids(await from(first))).toEqual(ids(all.slice(first)));
  return all;
};
const textOf = async (item: SourceItem | undefined) =>
  item?.file ? readFileSync(item.file, "utf8") : new TextDecoder().decode(await item?.bytes?.());

describe("a place of a table", () => {
  it("lies on the Earth, or says why it does not, for any two numbers; longitudes go round", () => {
    const degrees = fc.oneof(fc.double(), fc.double({ min: -400, max: 400 }), fc.constantFrom(0, -0, 180, -180, 360));
    fc.assert(
      fc.property(degrees, degrees, (lat, lng) => {
        const found = placeOrRefusal(lat, lng);
        const isPlace = Math.abs(lat) <= 90 && Math.abs(lng) <= 360 && (lat !== 0 || lng !== 0);
        expect("place" in found).toBe(isPlace);
        if (!("place" in found)) {
          expect(found.refused).toMatch(/^(has no place|0, 0 is .*|l(at|ong)itude .* is not between -\d+ and \d+)$/);
          return;
        }
        expect(found.place.lat).toBe(lat);
        expect(Math.abs(found.place.lng)).toBeLessThanOrEqual(180);
        expect(Math.cos(((found.place.lng - lng) * Math.PI) / 180)).toBeCloseTo(1, 12);
        if (Math.abs(lng) <= 180) expect(found.place.lng).toBe(lng);
      }),
    );
  });
});

describe("a CSV table", () => {
  it("gives places, labels and files; rows that cannot be taken say why", async () => {
    file("a.jpg", "pixels");
    const rows = [
      ["a.jpg", "48.5", "2.25", "NA", ""],
      ["b.jpg", "", "2", "FR", "x"],
      ["c.jpg", "NaN", "2", "FR", "x"],
      ["d.jpg", "north", "2", "FR", "x"],
      ["e.jpg", "91", "2", "FR", "x"],
      ["f.jpg", "1", "-180.5", "FR", "x"],
      ["g.jpg", "-90", "180", '"two, ""words"""', "NaN"],
      ["h.jpg", "1"],
    ];
    const table = `\ufeffFile,LAT,Lng,Country,note\r\n${rows.map((r) => r.join(",")).join("\r\n")}\r\n\r\n`;
    for (const source of [
      await openSource(file("t.csv", table)),
      await csvSource(file("t.csv.gz", zlib.gzipSync(table))),
    ]) {
      expect(source.columns).toEqual(["Country", "note"]);
      const items = await itemsOf(source);
      expect(items.map(({ id, place, refused }) => [id, place ?? refused])).toEqual([
        ["a.jpg", { lat: 48.5, lng: 2.25 }],
        ["b.jpg", "has no place"],
        ["c.jpg", "has no place"],
        ["d.jpg", '"north" is not a coordinate'],
        ["e.jpg", "latitude 91 is not between -90 and 90"],
        ["f.jpg", { lat: 1, lng: 179.5 }],
        ["g.jpg", { lat: -90, lng: 180 }],
        ["h.jpg", "has no place"],
      ]);
      // Namibia is no gap.
      expect(items[0].labels).toEqual(["NA", null]);
      expect(items[6].labels).toEqual(['two, "words"', "NaN"]);
      expect(await textOf(items[0])).toBe("pixels");
      expect(items[1].file).toMatch(/b\.jpg$/);
    }
  });
  it.each([
    ["lat,lng\n1,2\n", /t2\.csv: a column named file is needed, got lat, lng$/],
    ["file,lng\na,2\n", /t2\.csv: a column named lat is needed, got file, lng$/],
    ["", /t2\.csv: is empty$/],
    ['file,lat,lng\n"a,1,2\n', /t2\.csv: .*quote/i],
  ])("%j is refused in one sentence", async (content, sentence) => {
    const work = async () => itemsOf(await csvSource(file("t2.csv", content)));
    await expect(work()).rejects.toMatchObject({ code: "data", message: expect.stringMatching(sentence) });
  });
  it("that is not there, or is not gzipped though its name says so, is told as such", async () => {
    const first = async (path: string) => csvRows(path).next();
    await expect(first(join(folder, "none.csv"))).rejects.toMatchObject({ code: "not-found" });
    const plain = file("plain.csv.gz", "a,b\n");
    await expect(first(plain)).rejects.toThrow(`${plain}: `);
  });
  it("may name its columns in any usual way", () => {
    const columns = tableColumns(["Image", "x", "Latitude", "LONG"], "t");
    expect(columns).toEqual({ lat: 2, lng: 3, picture: 0, rest: [1] });
  });
});

describe("areas of a row", () => {
  const areas = areasOf(["unique_city", "other", "unique_country"]);
  it("are what it names, Namibia too, and not what Python leaves out", () => {
    expect(areas?.(["a_b", "x", "NA"])).toEqual({ city: "a_b", country: "NA" });
    expect(areas?.(["NaN", "x", ""])).toEqual({});
    expect(areas?.([null, "x", undefined])).toEqual({});
    expect(areasOf(["city"])).toBeUndefined();
  });
});

describe("tars in PLONK's layout", () => {
  it("pass over a member that is larger than any that belongs there", async () => {
    const place = JSON.stringify({ latitude: 1, longitude: 2 });
    const members: [string, Buffer][] = [
      ["a.json", Buffer.from(place)],
      ["a.jpg", Buffer.alloc(2 ** 26 + 1)],
      ["b.json", Buffer.from(place)],
      ["b.jpg", Buffer.from("pixels")],
    ];
    const [a, b] = await itemsOf(await openSource(file("large.tar", await tar(members))));
    expect(a).toEqual({ id: "a", refused: "with its .jpg it has 64 MiB, and a sample at most 64" });
    expect(await textOf(b)).toBe("pixels");
  });
  it("give samples in their order, and say of each that is incomplete what it lacks", async () => {
    const json = (value: string) => Buffer.from(value);
    const members: [string, Buffer][] = [
      ["x/1.jpg", Buffer.from("one")],
      ["x/1.json", json('{"latitude": 1.5, "longitude": 2, "country": "NA", "score": NaN, "list": [1]}')],
      ["x/1.dino.npy", npy([1, 2])],
      ["2.json", json('{"latitude": NaN, "longitude": 2}')],
      ["2.jpg", Buffer.from("two")],
      ["3.jpg", Buffer.from("three")],
      ["4.json", json('{"latitude": 1, "longitude": 2}')],
      ["5.json", json("{")],
      ["5.jpg", Buffer.from("five")],
      ["6.json", json('{"latitude": "", "longitude": 2}')],
      ["6.JPG", Buffer.from("six")],
    ];
    const path = file("tars/a.tar", await tar(members));
    const source = await openSource(path);
    expect(source.columns).toEqual(["country", "score"]);
    const items = await itemsOf(source);
    expect(items.map(({ id, refused }) => [id, refused])).toEqual([
      ["x/1", undefined],
      ["2", "has no place"],
      ["3", "has no .json with a place"],
      ["4", "has no picture"],
      ["5", expect.stringMatching(/^its metadata is not JSON \(/)],
      ["6", "has no place"],
    ]);
    expect(items[0]).toMatchObject({ place: { lat: 1.5, lng: 2 }, labels: ["NA", null] });
    expect(await textOf(items[0])).toBe("one");
    const ready = await itemsOf(await openSource(join(folder, "tars"), { ready: "DINO" }));
    expect(ready[0].embedding).toEqual(Float32Array.of(1, 2));
    expect(ready[3].refused).toBe("has no .DINO.npy");
  });
});

describe("tables of other programs", () => {
  const [lat, lng] = [48.856667, -2.352222];
  it.each<[string, string, string]>([
    ["semicolons and decimal commas", "s.csv", "Datei;file;Lat;Lon\nx;a.jpg;48,856667;-2,352222\n"],
    ["tabs, as GBIF has them", "g.txt", `gbifID\tdecimalLatitude\tdecimalLongitude\tfile\n1\t${lat}\t${lng}\ta.jpg\n`],
    ["bars", "b.csv", `file|latitude|longitude\na.jpg|${lat}|${lng}\n`],
    [
      "exiftool's degrees",
      "e.csv",
      `SourceFile,GPSLatitude,GPSLongitude\na.jpg,"48 deg 51' 24.00"" N","2 deg 21' 8.00"" W"\n`,
    ],
    ["exiftool's numbers", "n.csv", `SourceFile,GPSLatitude,GPSLongitude\na.jpg,${lat},${lng}\n`],
    ["Google Takeout's names", "t.csv", `title,geoData.latitude,geoData.longitude\na.jpg,${lat},${lng}\n`],
    ["Darwin Core's names", "d.csv", `associatedMedia,decimalLatitude,decimalLongitude\na.jpg,${lat},${lng}\n`],
  ])("are read: %s", async (_, name, text) => {
    for (const marked of [text, `\uFEFF${text}`]) {
      const [item] = await itemsOf(await openSource(file(name, marked)));
      expect(item.id).toBe("a.jpg");
      expect(item.place?.lat).toBeCloseTo(lat, 5);
      expect(item.place?.lng).toBeCloseTo(lng, 5);
    }
  });
  it("say of 0, 0 that it is no place, in tables and columns alike", async () => {
    const [item] = await itemsOf(await openSource(file("zero.csv", "file,lat,lng\na.jpg,0,0\n")));
    expect(item.refused).toBe("0, 0 is what devices without a fix write");
  });
});

describe("Parquet tables", () => {
  it.each(["GZIP", "BROTLI", "ZSTD", "SNAPPY", "UNCOMPRESSED"] as const)(
    "that are packed with %s are read, times as UTC",
    async (codec) => {
      const packers: Record<string, ((b: Uint8Array) => Uint8Array) | undefined> = {
        GZIP: zlib.gzipSync,
        BROTLI: zlib.brotliCompressSync,
        ZSTD: (zlib as { zstdCompressSync?: (b: Uint8Array) => Uint8Array }).zstdCompressSync,
      };
      const pack = packers[codec];
      // Node packs ZSTD from version 22.15 on; what is read there is read here.
      if (codec === "ZSTD" && !pack) return;
      const path = join(folder, `${codec}.parquet`);
      parquetWriteFile({
        filename: path,
        codec,
        ...(pack && { compressors: { [codec]: pack } }),
        columnData: [
          { name: "file", data: ["a.jpg", "b.jpg"], type: "STRING" },
          { name: "decimalLatitude", data: [1.5, 0], type: "DOUBLE" },
          { name: "decimalLongitude", data: [2, 0], type: "DOUBLE" },
          { name: "taken", data: [new Date("2024-07-01T12:00:00Z"), null], type: "TIMESTAMP" },
        ],
      });
      const items = await itemsOf(await openSource(path));
      expect(items.map(({ place, refused, labels }) => [place ?? refused, labels])).toEqual([
        [{ lat: 1.5, lng: 2 }, ["2024-07-01T12:00:00.000Z"]],
        ["0, 0 is what devices without a fix write", [null]],
      ]);
    },
  );
  it("that are damaged are told with the file's name", async () => {
    const path = join(folder, "damaged.parquet");
    const data = Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    parquetWriteFile({
      filename: path,
      columnData: ["lat", "lon", "image"].map((name) => ({ name, data, type: "DOUBLE" as const })),
    });
    const bytes = readFileSync(path);
    bytes.fill(0xee, 10, 4000);
    writeFileSync(path, bytes);
    await expect(openSource(path).then(itemsOf)).rejects.toMatchObject({
      code: "file",
      message: `${path}: rows 1 to 1000 cannot be read`,
    });
  });
  it("that say they have more rows than they have are not waited for", async () => {
    const path = join(folder, "endless.parquet");
    const data = Array.from({ length: 40 }, (_, i) => i);
    parquetWriteFile({
      filename: path,
      columnData: ["lat", "lon", "image"].map((name) => ({ name, data, type: "DOUBLE" as const })),
    });
    const bytes = readFileSync(path);
    // The footer's number of rows, 40 as a zigzag varint after the third field's header, becomes 63.
    const at = bytes.lastIndexOf(Buffer.from([0x16, 80, 0x19]));
    expect(at).toBeGreaterThan(0);
    bytes[at + 1] = 126;
    writeFileSync(path, bytes);
    await expect(openSource(path)).rejects.toThrow(
      `${path}: is damaged: it says that it has 63 rows, and its groups have 40`,
    );
  });

  it("give pictures of their own, paths, or embeddings that lie ready", async () => {
    const path = join(folder, "t.parquet");
    parquetWriteFile({
      filename: path,
      columnData: [
        { name: "key", data: ["a", "b", "c"], type: "STRING" },
        { name: "lat", data: [1.5, Number.NaN, 95], type: "DOUBLE" },
        { name: "lon", data: [2, 2, 2], type: "DOUBLE" },
        { name: "image", data: [1, 2, 3].map((v) => Uint8Array.of(v)), type: "BYTE_ARRAY" },
        { name: "country", data: ["NA", null, "FR"], type: "STRING" },
        {
          name: "e",
          data: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
      ],
    });
    const source = await openSource(path);
    expect([source.columns, source.length]).toEqual([["country", "e"], 3]);
    const items = await itemsOf(source);
    expect(items.map(({ id, place, refused, labels }) => [id, place ?? refused, labels?.[0]])).toEqual([
      ["a", { lat: 1.5, lng: 2 }, "NA"],
      ["b", "has no place", null],
      ["c", "latitude 95 is not between -90 and 90", "FR"],
    ]);
    expect(await items[0].bytes?.()).toEqual(Uint8Array.of(1));
    const [first] = await itemsOf(await openSource(path, { ready: "E" }));
    expect(first.embedding).toEqual(Float32Array.of(1, 2));
    expect([first.bytes, first.file]).toEqual([undefined, undefined]);
    await expect(openSource(path, { ready: "f" })).rejects.toThrow("a column named f is needed, got key, lat");
    await expect(openSource(file("no.parquet", "text"))).rejects.toMatchObject({ code: "file" });
  });
});

describe("members of many zips", () => {
  it("are found by name, in whichever zip and however they are packed", async () => {
    const members = Array.from({ length: 40 }, (_, i): [string, Buffer] => [`0/${i}.jpg`, Buffer.from(`picture ${i}`)]);
    const zips = [members.slice(0, 25), members.slice(25)].map((m, i) => file(`zips/${i}.zip`, zip(m)));
    const index = await indexZips(zips);
    expect(index.length).toBe(40);
    for (const i of [0, 1, 24, 25, 39])
      expect(new TextDecoder().decode(await index.read(String(i)))).toBe(`picture ${i}`);
    expect(await index.read("40")).toBeUndefined();
    index.close();
    expect(await (await indexZips([])).read("1")).toBeUndefined();
    // A member that says it is vast once it is unpacked: it is not unpacked.
    const vast = zip([
      ["/..\\odd.jpg", Buffer.from("odd")],
      ["images/7.jpg", Buffer.from("seven")],
    ]);
    const directory = vast.lastIndexOf(Buffer.from("PK\u0001\u0002", "latin1"));
    vast.writeUInt32LE(600 * 2 ** 20, directory + 24);
    const odd = await indexZips([file("zips/vast.zip", vast)]);
    await expect(odd.read("7")).rejects.toThrow("the file has 600 MiB, and a picture at most 64");
    expect(new TextDecoder().decode(await odd.read("odd"))).toBe("odd");
    odd.close();
    await expect(indexZips([file("zips/no.zip", "text")])).rejects.toMatchObject({ code: "file" });
  });
});

describe("what is no source", () => {
  it.each([
    ["none", "not-found", "no such file or folder"],
    ["a.pdf", "data", "a source is a folder, a .csv, a .tsv, a .parquet, a .geojson, a .kml, or a .tar"],
  ])("%s is refused", async (name, code, sentence) => {
    if (code === "data") file(name, "");
    const path = join(folder, name);
    await expect(openSource(path)).rejects.toMatchObject({ code, message: `${path}: ${sentence}` });
  });
  it("of embeddings that lie ready are tables without any", async () => {
    const path = file("r.csv", "file,lat,lng\n");
    await expect(openSource(path, { ready: "dino" })).rejects.toThrow(
      `${path}: ready-made embeddings (dino) are taken from tars and Parquet tables, this is none`,
    );
  });
});
