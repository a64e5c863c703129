import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { distanceKm, readSafetensors, writeSafetensors } from "@geodrift/core";
import { geoArea } from "d3-geo";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRaster } from "../../packages/geodrift/src/earth/raster.js";
import { renderViewInto } from "../../packages/geodrift/src/earth/view.js";
import { geodrift, inThisProcess, start } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-locate-"));
const at = (name: string) => join(folder, name);
const embedded = fileURLToPath(new URL("../../packages/geodrift/models/earth", import.meta.url));
const photos = fileURLToPath(new URL("../../../shared/data/photos", import.meta.url));
const truth = { lat: 30.6, lng: 31.2 };

/** A view of the Nile delta, as PNG. */
async function nile(): Promise<Buffer> {
  const file = join(
    dirname(createRequire(import.meta.url).resolve("three-globe")),
    "../example/img/earth-blue-marble.jpg",
  );
  const rgba = new Uint8Array(128 * 128 * 4);
  renderViewInto(
    rgba,
    await readRaster(file, undefined, "three-globe"),
    { place: truth, heading: 0, widthKm: 500 },
    128,
  );
  return sharp(rgba, { raw: { width: 128, height: 128, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
}

/** A PNG whose header claims 60,000 × 60,000 pixels: a decompression bomb without the bytes. */
function hugePng(small: Buffer): Buffer {
  const png = Buffer.from(small);
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  let crc = ~0;
  for (const byte of png.subarray(12, 29)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  png.writeUInt32BE(~crc >>> 0, 29);
  return png;
}

beforeAll(async () => {
  const png = await nile();
  writeFileSync(at("nile.png"), png);
  await sharp(png).jpeg({ quality: 95 }).toFile(at("nile.jpg"));
  await sharp(png).toColourspace("cmyk").jpeg({ quality: 95 }).toFile(at("cmyk.jpg"));
  await sharp(png).toColourspace("rgb16").png().toFile(at("deep.png"));
  await sharp(png).greyscale().png().toFile(at("grey.png"));
  await sharp(png).webp({ quality: 95 }).toFile(at("nile.webp"));
  await sharp(png).rotate(90).jpeg({ quality: 95 }).withMetadata({ orientation: 8 }).toFile(at("turned.jpg"));
  const jpeg = readFileSync(at("nile.jpg"));
  writeFileSync(at("truncated.jpg"), jpeg.subarray(0, jpeg.length / 2));
  writeFileSync(at("empty.jpg"), "");
  writeFileSync(at("text.jpg"), "This is not a picture.\n");
  writeFileSync(at("huge.png"), hugePng(png));
  mkdirSync(at("none"));
  mkdirSync(at("album"));
  for (const name of ["b.jpg", "a.jpg"]) cpSync(at("nile.jpg"), join(at("album"), name));
  writeFileSync(join(at("album"), "notes.txt"), "no picture");
});
afterAll(() => rmSync(folder, { recursive: true }));

const jsonLines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));

describe("geodrift locate", () => {
  it("answers many pictures in several threads as one by one, in their order, what cannot be read among them", async () => {
    mkdirSync(at("many"));
    for (let i = 0; i < 70; i++) {
      const bytes = readFileSync(at(i % 2 ? "nile.jpg" : "nile.png"));
      // After the end of a picture anything may follow: these are seventy.
      writeFileSync(
        join(at("many"), `${100 + i}.${i % 2 ? "jpg" : "png"}`),
        i % 10 === 3 ? "no picture" : Buffer.concat([bytes, Buffer.from(`${i}`)]),
      );
    }
    const ask = (...args: string[]) => inThisProcess(["locate", "many", "--json", "--samples", "64", ...args], folder);
    const lines = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const [many, single] = [await ask("--threads", "2"), await ask("--threads", "1")];
    expect([many.code, many.stderr]).toEqual([single.code, single.stderr]);
    expect(many.code).toBe(1);
    const [got, want] = [lines(many), lines(single)];
    expect(got.map(({ image }) => image)).toEqual(want.map(({ image }) => image));
    expect(got).toHaveLength(70);
    for (const [i, answer] of got.entries()) {
      expect("error" in answer).toBe(i % 10 === 3);
      if ("error" in answer) expect(answer).toEqual(want[i]);
      else {
        expect(Object.keys(answer)).toEqual(Object.keys(want[i]));
        expect(answer.sha256).toBe(want[i].sha256);
        expect(distanceKm(answer.best, want[i].best)).toBeLessThan(0.01);
        expect(answer.localizabilityBits).toBeCloseTo(want[i].localizabilityBits, 4);
      }
    }
    // Whoever has seen enough ends it, and hears of nothing.
    const { child, outcome } = start(["locate", "many", "--json", "--threads", "2"], folder);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await outcome).toMatchObject({ code: 0, stderr: "" });
    // What cannot be opened is told once.
    cpSync(embedded, at("torn"), { recursive: true });
    truncateSync(join(at("torn"), "model.safetensors"), 5000);
    const odd = await ask("--model", at("torn"), "--threads", "2");
    expect([odd.code, odd.stderr.trim().split("\n")]).toEqual([1, [expect.stringContaining("model.safetensors")]]);
  });

  it("answers with the fields of the contract", async () => {
    const { stdout, stderr, code } = await geodrift(["locate", at("nile.png"), "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const [r] = jsonLines(stdout);
    expect(Object.keys(r)).toEqual([
      "image",
      "sha256",
      "model",
      "seed",
      "solver",
      "steps",
      "guidance",
      "best",
      "place",
      "localizabilityBits",
      "regions",
      "ruledOut",
      "modes",
      "countries",
      "divisions",
      "continents",
      "elapsedMs",
      "domain",
    ]);
    expect(r.sha256).toBe(
      createHash("sha256")
        .update(readFileSync(at("nile.png")))
        .digest("hex"),
    );
    expect(r.model.name).toBe("earth");
    expect(r.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(r.regions.map((x: { mass: number }) => x.mass)).toEqual([0.5, 0.9, 0.95]);
    expect(r.ruledOut.mass).toBe(0.01);
    expect(r.ruledOut.areaKm2).toBeGreaterThan(4.5e8);
    expect(r.modes.reduce((s: number, m: { mass: number }) => s + m.mass, 0)).toBeLessThanOrEqual(1 + 1e-9);
    expect(r.countries.reduce((s: number, c: { probability: number }) => s + c.probability, 0)).toBeCloseTo(1, 9);
    expect(distanceKm(r.best, truth)).toBeLessThan(150);
    expect(r.place.countryCode).toBe("EG");
  });

  it("is the same on every run, and beside other pictures", async () => {
    const strip = (text: string) => jsonLines(text).map(({ elapsedMs, ...rest }) => rest);
    const alone = strip((await geodrift(["locate", at("nile.png"), "--json"])).stdout);
    const again = strip((await geodrift(["locate", at("grey.png"), at("nile.png"), at("nile.jpg"), "--json"])).stdout);
    // Batches change the order of sums in the last bit, so places agree to centimetres and not to the bit.
    expect(distanceKm(again[1].best, alone[0].best)).toBeLessThan(0.05);
    expect(again[1].localizabilityBits).toBeCloseTo(alone[0].localizabilityBits, 2);
    expect(strip((await geodrift(["locate", at("nile.png"), "--json"])).stdout)).toEqual(alone);
  });

  it("takes a finer mesh for maps, which says nearly the same, and no chance from the seed", async () => {
    const run = async (...flags: string[]) =>
      jsonLines((await inThisProcess(["locate", at("nile.png"), "--json", ...flags])).stdout)[0];
    const [quick, fine, other] = [await run(), await run("--map", at("fine.geojson")), await run("--seed", "7")];
    expect(other.best).toEqual(quick.best);
    expect(distanceKm(quick.best, fine.best)).toBeLessThan(30);
    expect(Math.abs(quick.localizabilityBits - fine.localizabilityBits)).toBeLessThan(0.3);
    quick.regions.forEach(({ radiusKm }: { radiusKm: number }, i: number) => {
      // The further out, the less the quick one knows.
      expect(Math.abs(Math.log(radiusKm / fine.regions[i].radiusKm))).toBeLessThan([0.06, 0.12, 0.2][i]);
    });
    expect(quick.divisions[0].countryCode).toBe("EG");
  });

  it("takes in what is known besides: a country, outlines, places", async () => {
    const run = async (prior: string) => {
      const { stdout, stderr, code } = await inThisProcess(["locate", at("nile.png"), "--json", "--prior", prior]);
      return code === 0
        ? jsonLines(stdout)[0]
        : { code, stderr: stderr.trim(), error: jsonLines(stdout || "{}")[0].error };
    };
    // A box east of 31.3° E, its ring the wrong way round.
    const box = [
      [31.3, 29],
      [31.3, 32],
      [33, 32],
      [33, 29],
      [31.3, 29],
    ];
    writeFileSync(at("box.geojson"), JSON.stringify({ type: "Polygon", coordinates: [box] }));
    expect((await run(at("box.geojson"))).best.lng).toBeGreaterThan(31.2);
    writeFileSync(at("places.csv"), "lat,lng\n30.2,30.4\n30.3,30.5\n");
    expect(distanceKm((await run(at("places.csv"))).best, { lat: 30.25, lng: 30.45 })).toBeLessThan(400);
    const fiji = await run("Fiji");
    expect(fiji.countries).toEqual([expect.objectContaining({ code: "FJ" })]);
    expect(fiji.own).toMatchObject({ contradicted: true });
    expect(distanceKm(fiji.own.best, truth)).toBeLessThan(150);
    const wrong: [string, RegExp][] = [
      [
        "Qxzzyk",
        /the name of a place, not:NAME, within:KM:LAT,LNG, sun:TIME:DEGREES, shadow:TIME:RATIO, or photos, or a \.geojson, \.kml or \.csv file is needed, got "Qxzzyk"/,
      ],
      ["within:0:1,2", /within:KM:LAT,LNG has a radius in km and a place in degrees or by name, got "within:0:1,2"/],
      ["within:10:100,2", /latitude must lie in -90…90 degrees, got 100/],
      [at("none.geojson"), /none\.geojson: no such file/],
      [at("text.jpg").replace("jpg", "json"), /text\.json: no such file/],
    ];
    for (const [prior, message] of wrong) expect((await run(prior)).stderr, prior).toMatch(message);
  });

  it("draws the ways from noise to places", async () => {
    const draw = (file: string, ...flags: string[]) =>
      inThisProcess(["locate", at("nile.png"), "--trajectories", "--map", at(file), ...flags]);
    expect((await draw("ways.geojson", "--steps", "5", "--samples", "20")).code).toBe(0);
    const { features } = JSON.parse(readFileSync(at("ways.geojson"), "utf8"));
    const ways = features.find((f: { properties: { role: string } }) => f.properties.role === "trajectories");
    expect(ways.properties.steps).toBe(5);
    expect(ways.geometry.coordinates.length).toBeGreaterThanOrEqual(20);
    // Noise is anywhere, places are near the delta; no line jumps across the date line.
    for (const line of ways.geometry.coordinates)
      for (let i = 1; i < line.length; i++) expect(Math.abs(line[i][0] - line[i - 1][0])).toBeLessThan(180);
    const ends = ways.geometry.coordinates.map((line: number[][]) => line[line.length - 1]);
    const near = ends.filter(([lng, lat]: number[]) => distanceKm({ lat, lng }, truth) < 500);
    expect(near.length).toBeGreaterThan(15);
    expect((await draw("ways.svg")).code).toBe(0);
    expect(readFileSync(at("ways.svg"), "utf8")).toContain("lines: ways from noise");
    const aimless = await geodrift(["locate", at("nile.png"), "--trajectories"]);
    expect([aimless.code, aimless.stderr]).toEqual([2, expect.stringContaining("which --map names")]);
  });

  it("reads every ordinary kind of picture, turned as EXIF says", async () => {
    const names = ["nile.png", "nile.jpg", "cmyk.jpg", "deep.png", "grey.png", "nile.webp", "turned.jpg"];
    const { stdout, code } = await geodrift(["locate", ...names.map(at), "--json"]);
    expect(code).toBe(0);
    const results = jsonLines(stdout);
    expect(results.map((r) => r.image)).toEqual(names.map(at));
    for (const r of results.filter((_, i) => i !== 4)) expect(distanceKm(r.best, truth), r.image).toBeLessThan(250);
  });

  it("says in one sentence what is wrong with each bad file, and locates the others", async () => {
    const bad: [string, RegExp][] = [
      ["absent.jpg", /^no such file$/],
      ["none", /^the folder holds no pictures$/],
      ["empty.jpg", /^the file is empty$/],
      ["text.jpg", /^not a picture in a known format/],
      ["truncated.jpg", /^the picture is truncated$/],
      ["huge.png", /^has more pixels than the limit of 268 million$/],
    ];
    const { stdout, code } = await geodrift([
      "locate",
      at("nile.jpg"),
      ...bad.map(([name]) => at(name)),
      at("nile.png"),
      "--json",
    ]);
    expect(code).toBe(1);
    const lines = jsonLines(stdout);
    expect(lines.length).toBe(bad.length + 2);
    for (const [name, message] of bad) {
      const line = lines.find((l) => l.image === at(name));
      expect(line?.error, name).toMatch(message);
      expect(Object.keys(line)).toEqual(["image", "error", "code"]);
    }
    expect(lines.filter((l) => l.best).map((l) => l.image)).toEqual([at("nile.jpg"), at("nile.png")]);
  });

  it("takes folders and patterns", async () => {
    const images = async (arg: string) =>
      jsonLines((await inThisProcess(["locate", arg, "--json"])).stdout).map((l) => l.image);
    expect(await images(at("album"))).toEqual([join(at("album"), "a.jpg"), join(at("album"), "b.jpg")]);
    expect(await images(join(at("album"), "*.jpg"))).toEqual([join(at("album"), "a.jpg"), join(at("album"), "b.jpg")]);
    expect((await geodrift(["locate", at("*.bmp"), "--json"])).stdout).toContain("no picture matches the pattern");
  });

  it("speaks to people in one line", async () => {
    const { stdout } = await geodrift(["locate", at("nile.png")]);
    expect(stdout).toMatch(
      /nile\.png: \d+\.\d\d°N \d+\.\d\d°E near .*Egypt.*; 50 % on a circle of .* km, 90 % on a circle of .* km; Egypt \d+ %.*bits\)\n$/,
    );
  });

  it("says that it cannot tell below a localizability", async () => {
    const run = (bits: string, ...flags: string[]) =>
      inThisProcess(["locate", at("nile.png"), "--abstain", bits, ...flags]);
    expect((await run("29")).stdout).toMatch(/nile\.png: cannot tell \(\d+\.\d bits\)\n$/);
    expect((await run("0")).stdout).toMatch(/Egypt/);
    expect(jsonLines((await run("29", "--json")).stdout)[0].abstained).toBe(true);
    expect(jsonLines((await run("0", "--json")).stdout)[0].abstained).toBe(false);
  });

  // What is in each format: figures/maps.test.ts.
  it("draws maps in the format that the ending says, one for each picture", async () => {
    expect((await inThisProcess(["locate", at("nile.png"), "--map", at("m.geojson")])).code).toBe(0);
    expect((await geodrift(["locate", at("nile.png"), "--map", at("m.png")])).code).toBe(0);
    expect((await sharp(at("m.png")).metadata()).width).toBeGreaterThan(1000);
    const geo = JSON.parse(readFileSync(at("m.geojson"), "utf8"));
    expect(geo.features[0].geometry.coordinates[0]).toBeCloseTo(31.2, -0.5); // longitude first
    const regions = geo.features.filter((f: { properties: { role: string } }) => f.properties.role === "region");
    expect(regions.map((f: { properties: { mass: number } }) => f.properties.mass)).toEqual([0.5, 0.9, 0.95]);
    for (const { geometry, properties } of regions) {
      // d3 takes rings the other way round than files do.
      const coordinates = geometry.coordinates.map((p: [][][]) => p.map((ring) => [...ring].reverse()));
      const squareKm = geoArea({ type: "MultiPolygon", coordinates }) * 6371 ** 2;
      expect(squareKm / properties.areaKm2).toBeCloseTo(1, 0.5);
    }
    await geodrift(["locate", at("album"), "--map", at("each.svg")]);
    expect(existsSync(at("each-a.svg")) && existsSync(at("each-b.svg"))).toBe(true);
    const wrong = await geodrift(["locate", at("nile.png"), "--map", at("m.pgn")]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/the ending chooses the format; did you mean "\.png"\?/);
  });

  it("answers a command that makes no sense with exit code 2 and the nearest that does", async () => {
    const cases: [string[], RegExp][] = [
      [["locate", at("nile.png"), "--stps", "3"], /unknown option '--stps'[\s\S]*Did you mean --steps\?/],
      [["locate", at("nile.png"), "--steps", "0"], /whole number from 1 to 10000, got "0"/],
      [["locate", at("nile.png"), "--guidance", "much"], /number from 0 to 100, got "much"/],
      [["locate", at("nile.png"), "--solver", "eulr"], /has the solvers euler, .* got "eulr"/],
      [["locate"], /missing required argument/],
      [["lokate", at("nile.png")], /unknown command 'lokate'[\s\S]*Did you mean locate\?/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await inThisProcess(args);
      expect(code, args.join(" ")).toBe(2);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it("refuses a broken model in one sentence", async () => {
    const broken = (name: string, change: (folder: string) => void) => {
      const copy = at(`model-${name}`);
      cpSync(embedded, copy, { recursive: true });
      change(copy);
      return inThisProcess(["locate", at("nile.png"), "--model", copy]);
    };
    const cases: [string, (f: string) => void, RegExp][] = [
      [
        "truncated",
        (f) => truncateSync(join(f, "model.safetensors"), 5000),
        /model\.safetensors: not a valid safetensors file/,
      ],
      ["missing", (f) => rmSync(join(f, "config.json")), /config\.json: no such file/],
      ["json", (f) => writeFileSync(join(f, "model.json"), "{"), /model\.json: not JSON/],
      [
        "key",
        (f) => writeFileSync(join(f, "config.json"), '{"input_dim":3,"dimm":128}'),
        /unknown key "dimm"; did you mean "dim"\?|"dim"/,
      ],
      [
        "nan",
        (f) => {
          const { tensors, metadata } = readSafetensors(readFileSync(join(f, "model.safetensors")));
          (tensors["final_linear.bias"].data as Float32Array)[1] = Number.NaN;
          writeFileSync(join(f, "model.safetensors"), writeSafetensors({ tensors, metadata }));
        },
        /weight 1 of "final_linear\.bias" is NaN/,
      ],
    ];
    for (const [name, change, message] of cases) {
      const { code, stderr } = await broken(name, change);
      expect(code).toBe(1);
      expect(stderr, name).toMatch(message);
      expect(stderr.trim().split("\n").length).toBe(1);
    }
    const unknown = await geodrift(["locate", at("nile.png"), "--model", "erth"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/model "erth" is neither known nor a folder or file; did you mean "earth"\?/);
  });

  it.skipIf(!existsSync(photos))("goes through 85 real and odd files without a crash", async () => {
    const { stdout, stderr } = await geodrift([
      "locate",
      photos,
      "--json",
      "--samples",
      "32",
      "--solver",
      "euler",
      "--steps",
      "1",
    ]);
    // Most are photographs from the ground, which is said once.
    expect(stderr).toMatch(/^geodrift: earth is for views from above; for photographs, .*\n$/);
    const lines = jsonLines(stdout);
    const files = readdirSync(photos, { recursive: true, encoding: "utf8" }).filter((f) =>
      /\.(jpe?g|png|webp|heic)$/i.test(f),
    );
    expect(lines.length).toBe(files.length);
    for (const line of lines) expect(line.best ?? line.error).toBeTruthy();
    for (const line of lines.filter((l) => l.image.endsWith(".heic"))) expect(line.error).toBeUndefined();
    expect(lines.filter((l) => l.best).length).toBeGreaterThan(53);
  });
});
