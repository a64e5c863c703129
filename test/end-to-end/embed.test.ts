/** Pictures with places, in every layout, become one and the same table of embeddings. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Encoder } from "geodrift/models";
import { type EmbeddedRow, embedSource, openEmbeddings, type PictureSource } from "geodrift/train";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Picture } from "../../packages/geodrift/src/pictures/picture.js";
import { npy, tar, zip } from "./archives.js";
import { photograph } from "./photographs.js";
import { inThisProcess } from "./program.js";
import { writeVisionEncoder } from "./released.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-embed-"));
const at = (...names: string[]) => join(folder, ...names);

const places = [
  { lat: 47.25, lng: 8.5 },
  { lat: -22.5, lng: 17.0 }, // Namibia
  { lat: 0.125, lng: -179.875 },
  { lat: -89.5, lng: 45 },
];
const countries = ["CH", "NA", "", "AQ"];
let files: Buffer[];

async function embedded(
  source: string,
  ...more: string[]
): Promise<{ rows: EmbeddedRow[]; refused: string; columns: string[] }> {
  const out = at("out.parquet");
  rmSync(out, { force: true });
  const { code, stderr } = await inThisProcess(["embed", source, "-o", out, "--encoder", at("vision"), ...more]);
  expect([code, stderr]).toEqual([0, ""]);
  const table = await openEmbeddings(out);
  const rows: EmbeddedRow[] = [];
  for await (const group of table.rows()) rows.push(...group);
  return { rows, refused: readFileSync(at("out.refused.csv"), "utf8"), columns: table.columns };
}

beforeAll(async () => {
  writeVisionEncoder(at("vision"));
  files = await Promise.all(places.map((place, i) => photograph({ ...place, seed: i + 1 })));
  mkdirSync(at("album", "deeper"), { recursive: true });
  for (const i of [0, 1, 2, 3]) writeFileSync(at("album", i < 2 ? "" : "deeper", `${i}.jpg`), files[i]);
  writeFileSync(at("album", "a copy of 0.jpg"), files[0]);
  writeFileSync(at("album", "nowhere.jpg"), await photograph({ seed: 9 }));
  writeFileSync(at("album", "odd, with a comma.jpg"), "no picture");
  writeFileSync(at("album", "notes.txt"), "not looked at");
});
afterAll(() => rmSync(folder, { recursive: true }));

const near = (rows: EmbeddedRow[]) =>
  rows.map(({ lat, lng }) => ({ lat: Number(lat.toFixed(4)), lng: Number(lng.toFixed(4)) }));

describe("geodrift embed", () => {
  it("reads folders of pictures whose files say where, and refuses with reasons", async () => {
    const { rows, refused } = await embedded(at("album"));
    expect(rows.map((r) => r.id)).toEqual(
      ["0.jpg", "1.jpg", "a copy of 0.jpg", "deeper/2.jpg", "deeper/3.jpg"].filter((id) => id !== "a copy of 0.jpg"),
    );
    expect(near(rows)).toEqual(places);
    expect(rows.every((r) => r.sha256.length === 64 && r.embedding.length === 64)).toBe(true);
    expect(refused.trim().split("\n")).toEqual([
      "id,reason",
      "a copy of 0.jpg,is the same as one before",
      "nowhere.jpg,has no place in its metadata",
      `"odd, with a comma.jpg","not a picture in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, JPEG XL, cameras' raw files)"`,
    ]);
    const manifest = JSON.parse(readFileSync(at("out.manifest.json"), "utf8"));
    expect([manifest.rows, manifest.refused, manifest.encoder.name]).toEqual([4, 3, "vision"]);
  });

  it("makes the same of a CSV, a Parquet table, tars, and OSV-5M's zips; NaN, gaps and Namibia survive", async () => {
    const reference = (await embedded(at("album"))).rows.map((r) => r.embedding);
    const text = (rows: string[][]) => rows.map((r) => r.join(",")).join("\n");
    const table = [
      ["captured_at", "unique_country", "longitude", "id", "latitude"],
      ...places.map(({ lat, lng }, i) => [`2020-0${i + 1}`, countries[i], String(lng), String(900 + i), String(lat)]),
    ];
    writeFileSync(
      at("table.csv"),
      text(table.map((r, i) => [...r, i === 0 ? "path" : i < 3 ? `album/${i - 1}.jpg` : `album/deeper/${i - 1}.jpg`])),
    );

    mkdirSync(at("osv", "images", "test"), { recursive: true });
    writeFileSync(at("osv", "test.csv"), `${text(table)}\n2021,,400,904,10\n2021,,10,905,\n2021,,10,906,10\n`);
    const members = files.map((f, i) => [`00/${900 + i}.jpg`, f] as const);
    writeFileSync(at("osv", "images", "test", "00.zip"), zip(members.slice(0, 3)));
    writeFileSync(at("osv", "images", "test", "01.zip"), zip(members.slice(3)));

    const json = (i: number) =>
      Buffer.from(
        `{"latitude": ${i === 2 ? `"${places[i].lat}"` : places[i].lat}, "longitude": ${places[i].lng}, "unique_country": ${countries[i] ? `"${countries[i]}"` : "NaN"}, "captured_at": "2020-0${i + 1}", "note": {"not": "kept"}, "dist_sea": NaN}`,
      );
    mkdirSync(at("wds"));
    const sample = (i: number) =>
      [
        [`k${i}.jpg`, files[i]],
        [`k${i}.street_clip.npy`, npy([i, 1, 2, 3])],
        [`k${i}.json`, json(i)],
      ] as const;
    writeFileSync(at("wds", "0000.tar"), await tar([...sample(0), ...sample(1)]));
    writeFileSync(
      at("wds", "0001.tar"),
      await tar([...sample(2), ...sample(3), ["k4.jpg", files[0]], ["k5.json", Buffer.from("{")]]),
    );
    writeFileSync(at("wds", "sizes.json"), '{"0000.tar": 2}');

    parquetWriteFile({
      filename: at("table.parquet"),
      columnData: [
        { name: "image", data: files.map((f) => new Uint8Array(f)), type: "BYTE_ARRAY" },
        { name: "lat", data: places.map((p) => p.lat), type: "DOUBLE" },
        { name: "lon", data: places.map((p) => p.lng), type: "DOUBLE" },
        { name: "unique_country", data: countries.map((c) => c || null), type: "STRING" },
        { name: "captured_at", data: [1, 2, 3, 4].map((m) => `2020-0${m}`), type: "STRING" },
      ],
    });

    for (const source of [at("table.csv"), at("osv"), at("osv", "test.csv"), at("wds"), at("table.parquet")]) {
      const { rows, columns, refused } = await embedded(source);
      expect(near(rows), source).toEqual(places);
      rows.forEach((r, i) => {
        expect(r.embedding, source).toEqual(reference[i]);
        const label = (name: string) => r.labels[columns.indexOf(name)];
        expect(label("unique_country"), source).toBe(countries[i] || null);
        expect(label("captured_at")).toBe(`2020-0${i + 1}`);
      });
      if (source.endsWith("osv"))
        expect(refused).toMatch(
          /^904,longitude 400 is not between -360 and 360\n905,has no place\n906,is in none of the zips of /m,
        );
      if (source.endsWith("wds"))
        expect(refused).toMatch(/^k4,has no .json with a place\nk5,its metadata is not JSON/m);
    }

    const ready = await inThisProcess(["embed", at("wds"), "-o", at("ready.parquet"), "--ready", "street_clip"]);
    expect([ready.code, ready.stderr]).toEqual([0, ""]);
    const own = await openEmbeddings(at("ready.parquet"));
    expect([own.length, own.width, own.encoder.name, own.encoder.sha256]).toEqual([4, 4, "streetclip", undefined]);
    for await (const rows of own.rows())
      expect(rows.map((r) => [...r.embedding])).toEqual([0, 1, 2, 3].map((i) => [i, 1, 2, 3]));
    const over = await inThisProcess(["embed", at("wds"), "-o", at("ready.parquet"), "--encoder", at("vision")]);
    expect([over.code, over.stderr]).toEqual([
      1,
      expect.stringMatching(/ready.parquet: holds embeddings of .*wds by streetclip; move it away/),
    ]);
    const missing = await inThisProcess([
      "embed",
      at("wds"),
      "-o",
      at("x.parquet"),
      "--ready",
      "dinov2",
      "--encoder",
      at("vision"),
    ]);
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/nothing could be embedded, .*x\.refused\.csv says why/),
    ]);
  });

  it.each([
    [["nowhere"], /nowhere: no such file or folder/],
    [["ready.csv", "--ready", "street_clip"], /ready-made embeddings \(street_clip\) are taken from tars/],
    [["notes.pdf"], /a source is a folder, a \.csv, a \.tsv, a \.parquet, a \.geojson, a \.kml, or a \.tar/],
    [["odd.csv"], /a column named lat is needed, got a, b/],
    [["odd.parquet"], /odd\.parquet: not a Parquet file/],
  ])("says what is wrong with a source: %j", async (args, message) => {
    writeFileSync(at("notes.pdf"), "x");
    writeFileSync(at("odd.csv"), "a,b\n1,2\n");
    writeFileSync(at("ready.csv"), "path,lat,lng\nalbum/0.jpg,1,2\n");
    writeFileSync(at("odd.parquet"), "PAR1 or not");
    const [source, ...more] = args;
    const { code, stderr } = await inThisProcess([
      "embed",
      at(source),
      "-o",
      at("x.parquet"),
      "--encoder",
      at("vision"),
      ...more,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n").length).toBe(1);
  });
});

describe("embedding many", () => {
  const width = 3;
  const encode = async (pictures: readonly Picture[]) =>
    Float32Array.from(pictures.flatMap((p) => [p.data[0], p.data[1], p.data[2]]));
  const encoder: Encoder = {
    preparation: { size: 4, square: "cover" },
    width,
    sha256: "none",
    encode,
    assess: async (pictures) => ({ embeddings: await encode(pictures) }),
    dispose: async () => {},
  };
  const about = {
    source: "made up",
    encoder: {
      name: "made up",
      config: {
        kind: "onnx" as const,
        file: "x",
        preparation: encoder.preparation,
        colours: { mean: [0, 0, 0], std: [1, 1, 1] },
      },
      sha256: "none",
    },
    width,
    columns: ["note"],
  };
  const pictures = async () => Promise.all(Array.from({ length: 8 }, (_, i) => photograph({ seed: i + 1 })));

  /** 3,000 items, of which every third is a picture again or has no place; stops at one of them if told to. */
  function source(all: Buffer[], stopAt = Number.POSITIVE_INFINITY): PictureSource {
    return {
      name: "made up",
      columns: ["note"],
      async *items() {
        for (let i = 0; i < 3000; i++) {
          if (i === stopAt) throw new Error("the power fails");
          const unique = Buffer.concat([all[i % 8], Buffer.from(String(i % 3 === 2 ? i - 1 : i))]);
          yield {
            id: `item ${i}`,
            ...(i % 7 !== 0 && { place: { lat: (i % 170) - 85, lng: i % 180 } }),
            labels: [i % 2 ? null : `note ${i}`],
            bytes: async () => unique,
          };
        }
      },
    };
  }

  it("goes on after a stop, to the same table bit for bit", async () => {
    const all = await pictures();
    const whole = await embedSource(source(all), encoder, about, at("whole.parquet"));
    expect(whole.rows + whole.refused).toBe(3000);
    for (const stopAt of [40, 1700, 1701, 2999])
      await expect(
        embedSource(source(all, stopAt), encoder, about, at("broken.parquet"), { saveEverySeconds: 0.05 }),
      ).rejects.toThrow("the power fails");
    const other = { ...about, source: "something else" };
    await expect(embedSource(source(all), encoder, other, at("broken.parquet"))).rejects.toThrow(
      /holds the beginning of something else/,
    );
    const shifted: PictureSource = {
      ...source(all),
      async *items() {
        yield { id: "a new one in front", refused: "x" };
        yield* source(all).items();
      },
    };
    await expect(embedSource(shifted, encoder, about, at("broken.parquet"))).rejects.toThrow(
      /made up: is no longer what .*broken.parquet.partial was made of/,
    );
    const broken = await embedSource(source(all), encoder, about, at("broken.parquet"));
    expect({ ...broken, sha256: "" }).toEqual({ ...whole, sha256: "" });
    expect(readFileSync(at("broken.refused.csv"), "utf8")).toBe(readFileSync(at("whole.refused.csv"), "utf8"));
    expect(broken.sha256).toBe(whole.sha256);
  });
});
