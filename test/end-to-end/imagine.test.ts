/** Pictures of places from the command line: a model trained here on a made-up Earth, with real files in and out. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceKm } from "@geodrift/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geodrift, inThisProcess, start } from "./program.js";
import { makeRasters, tinyImages, tinyScorer, tinyTraining } from "./rasters.js";
import { raw, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-imagine-"));
const at = (name: string) => join(folder, name);
const model = at("images-run/images");
const judge = at("judge-run/judge");

/** With several threads no sum may depend on which of them is first. */
const threads = ["--threads", "2"];
let milliseconds: number;

beforeAll(async () => {
  await makeRasters(at("rasters"), ["01", "04", "07"]);
  writeFileSync(at("images.json"), JSON.stringify(tinyImages));
  writeFileSync(at("judge.json"), JSON.stringify(tinyScorer));
  const began = performance.now();
  const { code, stderr } = await geodrift(["train", at("images.json"), ...threads]);
  milliseconds = performance.now() - began;
  expect([code, stderr.split("\n")[0]]).toEqual([0, "images: from step 0 to 60"]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const few = ["--model", model, "--ground", "2000km", "--steps", "3"];

async function imagined(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await inThisProcess(["imagine", ...few, ...args, "-o", at(file), "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("geodrift train, of pictures", () => {
  it("goes on after kill -9 to the same weights bit for bit", async () => {
    let kills = 0;
    for (let attempt = 0; attempt < 20; attempt++) {
      const { child, outcome } = start(["train", at("images.json"), "--out", at("broken"), ...threads]);
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds * (0.5 + 0.1 * attempt));
      const { code } = await outcome;
      clearTimeout(timer);
      if (code === 0) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(0);
    const weights = (run: string) => readFileSync(at(`${run}/images/model.safetensors`));
    expect(weights("broken").equals(weights("images-run"))).toBe(true);
  });

  it("learns from no month and no place that is held out, and says so", async () => {
    const { openCaptioned } = await import("../../packages/geodrift/src/train/captioned-source.js");
    const { shotAt } = await import("../../packages/geodrift/src/earth/captioned-views.js");
    const { source, views } = await openCaptioned({ ...tinyImages, rasters: at("rasters") } as never);
    expect([...source.months.keys()]).toEqual([0, 6]);
    const { discs, radiusKm } = views.heldOut;
    expect(discs.length).toBe(3);
    const nearest = Array.from({ length: 3000 }, (_, i) => {
      const { shot } = shotAt(source, views, i);
      expect([undefined, 0, 6]).toContain(shot.month);
      return Math.min(...discs.map((disc) => distanceKm(disc, shot.place)));
    });
    expect(Math.min(...nearest)).toBeGreaterThan(radiusKm);
    // They are not far from everything either.
    expect(Math.min(...nearest)).toBeLessThan(1.2 * radiusKm);
    const { views: said } = JSON.parse(readFileSync(join(model, "model.json"), "utf8"));
    expect([said.months, said.heldOut]).toEqual([["01", "07"], views.heldOut]);
  });

  it("refuses to go on with other settings", async () => {
    writeFileSync(at("other.json"), JSON.stringify({ ...tinyImages, rate: 0.1 }));
    const { code, stderr } = await geodrift(["train", at("other.json")]);
    expect([code, stderr]).toEqual([
      1,
      `geodrift: ${at("images-run/images.state.safetensors")}: was made with another config; move it away to begin anew, or restore the config\n`,
    ]);
  });

  it("says which raster is missing", async () => {
    const { code, stderr } = await geodrift(["train", at("images.json"), "--rasters", folder]);
    expect([code, stderr]).toEqual([1, `geodrift: ${folder}: a land mask named land-fraction-*.png is needed\n`]);
  });
});

describe("geodrift imagine", () => {
  it("makes a picture of a place with words, and a manifest that makes the same bytes again", async () => {
    const manifest = await imagined("one.png", "--at", "30,31", "--words", "satellite view of a hot desert in May");
    const { width, height } = await sharp(at("one.png")).metadata();
    expect([width, height]).toEqual([16, 16]);
    expect(JSON.parse(readFileSync(at("one.png.json"), "utf8"))).toEqual(manifest);
    expect(manifest.pictures).toMatchObject([
      { place: { lat: 30, lng: 31 }, words: "satellite view of a hot desert in May", seed: 0, left: 0, top: 0 },
    ]);
    const before = readFileSync(at("one.png"));
    // The file itself says that nobody has taken the picture.
    expect((await sharp(before).metadata()).xmpAsString).toContain("digitalsourcetype/trainedAlgorithmicMedia");
    rmSync(at("one.png"));
    const { code } = await geodrift(manifest.command.slice(1));
    expect(code).toBe(0);
    expect(readFileSync(at("one.png")).equals(before)).toBe(true);
  });

  it("gives every picture a seed of its own, which alone makes it again", async () => {
    const many = await imagined("many.png", "--at", "30,31", "-n", "4", "--seed", "10");
    expect(many.pictures.map((p: { seed: number }) => p.seed)).toEqual([10, 11, 12, 13]);
    const hashes = many.pictures.map((p: { sha256: string }) => p.sha256);
    expect(new Set(hashes).size).toBe(4);
    const alone = await imagined("alone.png", "--at", "30,31", "--seed", "12");
    expect(alone.pictures[0].sha256).toBe(hashes[2]);
    // The sheet holds the picture where the manifest says.
    const { left, top } = many.pictures[2];
    const cut = await sharp(at("many.png")).extract({ left, top, width: 16, height: 16 }).raw().toBuffer();
    expect(cut.equals(await sharp(at("alone.png")).raw().toBuffer())).toBe(true);
  });

  it("makes small pictures, and enlarges them without inventing anything", async () => {
    await imagined("small.png", "--at", "30,31", "--size", "8", "--scale", "3");
    const { data, info } = await sharp(at("small.png")).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([24, 24]);
    for (const c of [0, 1, 2]) expect(data[3 * (24 * 5 + 5) + c]).toBe(data[3 * (24 * 3 + 3) + c]);
  });

  it("makes a grid of places and words from one noise", async () => {
    const { pictures } = await imagined(
      "grid.png",
      "--at",
      "30,31",
      "--at",
      "-10,-60",
      "--words",
      "night",
      "--words",
      "relief",
    );
    expect(pictures.map((p: { label: string }) => p.label)).toEqual([
      "night, 30.00°N 31.00°E",
      "relief, 30.00°N 31.00°E",
      "night, 10.00°S 60.00°W",
      "relief, 10.00°S 60.00°W",
    ]);
    expect(new Set(pictures.map((p: { seed: number }) => p.seed))).toEqual(new Set([0]));
  });

  it("walks from one place to another over the date line, as a moving picture", async () => {
    const { pictures } = await imagined("walk.webp", "--at", "0,170", "--walk", "0,-170", "--frames", "5");
    const lngs = pictures.map((p: { place: { lng: number } }) => p.place.lng);
    [170, 175, 180, -175, -170].forEach((lng, k) => {
      expect(Math.abs(((lngs[k] - lng + 540) % 360) - 180)).toBeLessThan(1e-9);
    });
    const { pages, format } = await sharp(at("walk.webp"), { animated: true }).metadata();
    expect([format, pages]).toEqual(["webp", 5]);
    const ends = await imagined("end.png", "--at", "0,-170");
    expect(ends.pictures[0].sha256).toBe(pictures[4].sha256);
  });

  it("goes through the months, those never seen included", async () => {
    const { pictures } = await imagined("year.webp", "--at", "30,31", "--months");
    expect(pictures.map((p: { label: string }) => p.label)[6]).toBe("July");
    expect(new Set(pictures.map((p: { sha256: string }) => p.sha256)).size).toBe(12);
  });

  it("averages a region's terms, places spread over it", async () => {
    const square = [
      [
        [10, 10],
        [30, 10],
        [30, 30],
        [10, 30],
        [10, 10],
      ],
    ];
    writeFileSync(at("region.geojson"), JSON.stringify({ type: "Polygon", coordinates: square }));
    const { pictures } = await imagined("average.png", "--average", at("region.geojson"), "--places", "9");
    expect(pictures[0].averageOf.length).toBe(9);
    for (const { lat, lng } of pictures[0].averageOf) {
      expect(lat).toBeGreaterThan(10);
      expect(lat).toBeLessThan(30.5); // edges are great circles
      expect(lng).toBeGreaterThan(10);
      expect(lng).toBeLessThan(30);
    }
  });

  it("says where pictures lie in a sheet, of months as well, in a folder that was not there", async () => {
    const { pictures } = await imagined("new/folder/year.png", "--at", "30,31", "--months");
    expect(pictures[5]).toMatchObject({ label: "June", left: 18, top: 18 });
    expect(pictures[5].frame).toBeUndefined();
  });

  it("takes a width of ground that the model knows, where none is asked for", async () => {
    const args = ["imagine", "--model", model, "--at", "0,0", "--steps", "1", "-o", at("usual.png"), "--json"];
    const { code, stdout, stderr } = await geodrift(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).groundKm).toBe(1500);
  });

  it("draws where words and coordinates are looked at", async () => {
    await imagined("seen.png", "--at", "30,31", "--words", "hot desert", "--attention");
    const { width } = await sharp(at("seen-attention.png")).metadata();
    // The picture, two words, longitude and latitude.
    expect(width).toBe(5 * 136);
  });

  it.each([
    [
      ["--words", "hot dessert"],
      '"hot dessert": "dessert" is not among the words that the model knows; did you mean "desert"?',
    ],
    [
      ["--words", "a beach with palm trees"],
      '"beach", "palm", "trees" are not among the words that the model knows; "geodrift models inspect images" lists them',
    ],
    [["--words", "the"], "a place, --at LAT,LNG, or --words, or both, are needed"],
    [["--words", "relief at night"], "a picture has one of several kinds of view, got relief and night"],
    [["--words", "January July"], "a picture has one of several months, got January and July"],
    [["--words", "land in the sea"], "a picture has one of several surfaces, got land and sea"],
    [
      ["--at", "0,0", "--months", "--words", "satellite near land hot desert cold steppe Egypt"],
      "takes 8 words at once, got 9",
    ],
    [["--at", "0,0", "--frames", "3"], "--frames is for --walk"],
    [["--at", "0,0", "--places", "3"], "--places is for --average"],
    [[], "a place, --at LAT,LNG, or --words, or both, are needed"],
    [["--at", "31,300"], "Longitude must lie in -180…180 degrees, got 300"],
    [["--at", "here"], 'It is a place as LAT,LNG in degrees, got "here"'],
    [["--at", "0,0", "--size", "12"], `--size: ${model} makes pictures of 16 or 8 pixels, got 12`],
    [["--at", "0,0", "--ground", "10"], "the model knows widths of ground from 1500 to 4000 km, got 10"],
    [["--at", "0,0", "--ground", "wide"], 'It is a width of ground in kilometres, such as 400km, got "wide"'],
    [["--at", "0,0", "--solver", "ddim"], '--solver: pictures have the solvers euler, heun, rk4, got "ddim"'],
    [["--at", "0,0", "-o", "a.jpg"], "-o a.jpg: pictures are written as .png, walks and months as .webp as well"],
    [["--at", "0,0", "-o", "a.webp"], "-o a.webp: .webp is for walks and months, whose pictures move; others are .png"],
    [["--walk", "0,0"], "--walk goes from --at LAT,LNG to its own place"],
    [["--at", "0,0", "--walk", "1,1", "--months"], "--walk and --months exclude each other"],
    [
      ["--average", "Qxzzyk"],
      '--average: a region is needed, a country, within:KM:LAT,LNG, or a .geojson file, got "Qxzzyk"',
    ],
    [
      ["--average", "photos"],
      '--average: a region is needed, a country, within:KM:LAT,LNG, or a .geojson file, got "photos"',
    ],
    [
      ["--at", "0,0", "--words", "near", "--words", "wide"],
      "near and wide are different widths of ground, and these pictures have one",
    ],
    [["--at", "0,0", "--words", "near"], '"near" means less than 340 km of ground, and it would be 1500'],
    [["--at", "0,0", "--months", "--words", "in July"], "--months tells every month itself, the words name July"],
    [["--at", "0,0", "--months", "--words", "in winter"], "--months tells every month itself, the words name winter"],
    [["--at", "0,0", "--months", "--words", "night"], "--months is for satellite views, the words say night"],
    [["--at", "0,0", "-n", "128", "--nearest", "x"], "a sheet of comparisons has room for 117 pictures, got 128"],
    [["--at", "0,0", "--solver", "constructor"], "--solver: pictures have the solvers euler, heun, rk4"],
    [
      ["--at", "0,0", "--at", "1,1", "-n", "2"],
      "-n is for pictures of one place; grids, walks and months have one each",
    ],
    [
      ["--at", "0,0", "--model", "nowhere"],
      'image model "nowhere" is neither known nor a folder; known are earth-images, liberty',
    ],
  ])("answers %j in one sentence, with exit code 2", async (args, sentence) => {
    const { code, stderr } = await inThisProcess(["imagine", "--model", model, ...args]);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  it("says before it draws that a file cannot be written, and leaves no part of one", async () => {
    mkdirSync(at("folder.png"));
    mkdirSync(at("half.png.json"));
    writeFileSync(at("nile.txt"), "");
    for (const [file, why] of [
      ["folder.png", "folder.png: cannot be written (it is a folder)"],
      ["half.png", "half.png.json: cannot be written (it is a folder)"],
      ["nile.txt/x.png", "x.png: cannot be written (E"],
    ]) {
      const { code, stdout, stderr } = await inThisProcess(["imagine", ...few, "--at", "0,0", "-o", at(file)]);
      expect(stderr).toContain(why);
      expect([code, stdout]).toEqual([1, ""]);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith("half"))).toEqual(["half.png.json"]);
  });

  it("numbers the frames that a moving file has: equal ones that follow one another are one", async () => {
    const walk = ["--at", "0,0", "--walk", "10,10", "--frames", "3", "--guide-place", "0"];
    const { pictures } = await imagined("still.webp", ...walk);
    const { pages = 1 } = await sharp(at("still.webp")).metadata();
    expect(pages).toBe(1);
    expect(pictures.map(({ frame }: { frame: number }) => frame)).toEqual([0, 0, 0]);
  });

  it("says when a region has fewer places than are to be averaged", async () => {
    const region = ["--average", "within:60:0,0", "--places", "1000"];
    const { stderr, code } = await geodrift(["imagine", ...few, ...region, "-o", at("small.png")]);
    expect(stderr).toMatch(/so small a region has \d\d of 1000 places/);
    expect(code).toBe(0);
  });
});

describe("memory and imagination", () => {
  it("wants the rasters that the model has learned from, before it draws", async () => {
    await makeRasters(at("others"), ["01", "07"], 2);
    const file = at("unseen.png");
    const { code, stderr } = await geodrift(["imagine", ...few, "--at", "0,0", "-o", file, "--nearest", at("others")]);
    expect(stderr).toMatch(
      /^geodrift: images has learned from other rasters than these: their fingerprints are \w{16} and \w{16}\n$/,
    );
    expect([code, existsSync(file)]).toEqual([1, false]);
  });

  it("shows the training view most like each picture", async () => {
    const { pictures } = await imagined("beside.png", "--at", "30,31", "-n", "2", "--nearest", at("rasters"));
    for (const { nearest } of pictures) {
      expect(nearest.km).toBeGreaterThan(0);
      expect(["satellite", "relief", "night"]).toContain(nearest.kind);
    }
    const { width, height } = await sharp(at("beside-nearest.png")).metadata();
    expect([width, height]).toEqual([2 * 264, 2 * 280]);
  });

  it("finds a training view again, over the server", async () => {
    const server = await startServer(["--image-model", model, "--rasters", at("rasters")]);
    try {
      // What the model has learned from, view 3 of its training.
      const { views } = JSON.parse(readFileSync(join(model, "model.json"), "utf8"));
      const { readEarthSource, shotAt } = await import("../../packages/geodrift/src/earth/captioned-views.js");
      const { openEarthFolder } = await import("../../packages/geodrift/src/earth/earth-rasters.js");
      const { drawShot } = await import("../../packages/geodrift/src/imagine/training-views.js");
      const source = await readEarthSource(await openEarthFolder(at("rasters")), views.months);
      const { shot } = shotAt(source, { ...views, countries: [] }, 3);
      const { data } = drawShot(source, shot, 16);
      const png = await sharp(data, { raw: { width: 16, height: 16, channels: 3 } })
        .png()
        .toBuffer();
      const body = JSON.stringify({ at: shot.place, words: shot.kind, png: png.toString("base64") });
      const headers = { "content-type": "application/json" };
      const answer = await raw(server, "/api/imagine/nearest", { method: "POST", body, headers });
      expect(JSON.parse(answer.body.toString())).toMatchObject({ kind: shot.kind, km: 0, difference: 0 });
    } finally {
      await server.stop();
    }
  });
});

describe("geodrift evaluate-imagine", () => {
  it("judges at places that may have been seen by satellite views of months that were not, and the other way round", async () => {
    const { drawTargets } = await import("../../packages/geodrift/src/evaluate/imagine/targets.js");
    const { readEarthSource } = await import("../../packages/geodrift/src/earth/captioned-views.js");
    const { openEarthFolder } = await import("../../packages/geodrift/src/earth/earth-rasters.js");
    const source = await readEarthSource(await openEarthFolder(at("rasters")), ["01", "04", "07"]);
    const description = JSON.parse(readFileSync(join(model, "model.json"), "utf8"));
    const { discs, radiusKm, testRadiusKm } = description.views.heldOut;
    const away = ({ shot }: { shot: { place: { lat: number; lng: number } } }) =>
      Math.min(...discs.map((disc: { lat: number; lng: number }) => distanceKm(disc, shot.place)));
    for (const target of drawTargets("months", source, description, 8, 60)) {
      expect([target.shot.kind, target.shot.month]).toEqual(["satellite", 3]);
      expect(away(target)).toBeGreaterThan(radiusKm);
    }
    const held = drawTargets("places", source, description, 8, 60);
    expect(new Set(held.map(({ shot }) => shot.kind)).size).toBe(3);
    for (const target of held) {
      expect([undefined, 0, 6]).toContain(target.shot.month);
      expect(away(target)).toBeLessThanOrEqual(testRadiusKm);
    }
  });

  it("judges pictures beside real ones, sends them round, and writes a page of it", async () => {
    writeFileSync(at("earth.json"), JSON.stringify({ ...tinyTraining, locators: tinyTraining.locators.slice(0, 1) }));
    for (const config of ["judge.json", "earth.json"]) {
      const { code, stderr } = await geodrift(["train", at(config)]);
      expect(code, stderr).toBe(0);
    }
    const locator = at("run/riemannian-flow");
    const args = ["evaluate-imagine", model, "--rasters", at("rasters"), "--judge", judge, "--locator", locator];
    const page = at("report/imagine.md");
    const { code, stdout, stderr } = await geodrift([
      ...args,
      "-n",
      "8",
      "--ablations",
      "4",
      "--steps",
      "2",
      "--beside",
      model,
      "--json",
      "--out",
      page,
    ]);
    expect(code, stderr).toBe(0);
    const { sets, sensitivity, guidance, solving, beside } = JSON.parse(stdout);
    expect(sets.map((s: { set: string }) => s.set)).toEqual(["months", "places"]);
    for (const { rows } of sets) {
      expect(rows.map((r: { name: string }) => r.name)).toEqual([
        "real view of the place",
        "real view of another place",
        "nearest training view",
        "words alone",
        "words and country",
        "words and place",
        "place alone",
      ]);
      for (const { scores } of rows) {
        expect(Math.abs(scores.place.value)).toBeLessThanOrEqual(100);
        expect(scores.average.value).toBeCloseTo((scores.place.value + scores.words.value) / 2, 9);
      }
    }
    expect(sensitivity.pixels.otherPlaces.value).toBeGreaterThan(0);
    expect(guidance.length).toBe(15);
    expect(solving.at(-1)).toMatchObject({ solver: "rk4", steps: 8, evaluations: 29 });
    // Beside itself a model has the figures that it has by itself.
    expect(beside.length).toBe(2);
    const { rows, octaves, weights } = beside[1];
    expect(octaves).toBe(JSON.parse(readFileSync(join(model, "model.json"), "utf8")).network.octaves);
    const inspected = await geodrift(["models", "inspect", join(model, "model.safetensors"), "--json"]);
    expect(weights).toBe(JSON.parse(inspected.stdout).files[0].parameters);
    expect(rows.length).toBe(4);
    for (const row of rows) expect(row).toEqual(sets[0].rows.find((r: { name: string }) => r.name === row.name));
    const text = readFileSync(page, "utf8");
    expect(text).toContain("| real view of the place |");
    expect(text).toContain("**Models beside each other: Known places, months that no training showed**");
    for (const name of ["imagine.json", "imagine-months.png", "imagine-places.png"])
      expect(existsSync(at(`report/${name}`)), name).toBe(true);

    // The locator's encoder takes 16 pixels.
    const small = await geodrift([...args, "-n", "8", "--steps", "1", "--size", "8", "--json"]);
    expect(small.code, small.stderr).toBe(0);
    for (const { rows } of JSON.parse(small.stdout).sets)
      for (const { roundTrip } of rows) expect(roundTrip.medianKm.value).toBeGreaterThan(0);
  }, 120_000);
});
