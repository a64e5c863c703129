import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { anyTangent, combine, cross, toLatLng, toVec3 } from "@geodrift/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRaster } from "../../packages/geodrift/src/earth/raster.js";
import { renderViewInto } from "../../packages/geodrift/src/earth/view.js";
import { geodrift, inThisProcess } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-density-"));
const at = (name: string) => join(folder, name);
const embedded = fileURLToPath(new URL("../../packages/geodrift/models/earth", import.meta.url));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const blueMarble = join(
    dirname(createRequire(import.meta.url).resolve("three-globe")),
    "../example/img/earth-blue-marble.jpg",
  );
  const rgba = new Uint8Array(128 * 128 * 4);
  const view = { place: { lat: 30.6, lng: 31.2 }, heading: 0, widthKm: 500 };
  renderViewInto(rgba, await readRaster(blueMarble, undefined, "three-globe"), view, 128);
  await sharp(rgba, { raw: { width: 128, height: 128, channels: 4 } })
    .removeAlpha()
    .png()
    .toFile(at("nile.png"));
  writeFileSync(at("places.csv"), "name,lat,lng\ndelta,30.6,31.2\nSydney,-33.9,151.2\n");
});

const jsonLines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("geodrift density", () => {
  it("gives the place of the picture a high density and another a low one, as JSON and as CSV", async () => {
    const asked = ["density", "earth", "--image", at("nile.png"), "--points", at("places.csv")];
    const { stdout, stderr, code } = await geodrift([...asked, "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const [delta, sydney] = jsonLines(stdout);
    expect(Object.keys(delta)).toEqual(["lat", "lng", "logProbNats", "bitsPerDimension"]);
    expect([delta.lat, delta.lng]).toEqual([30.6, 31.2]);
    expect(delta.logProbNats).toBeGreaterThan(3);
    expect(sydney.logProbNats).toBeLessThan(-6);
    expect(delta.bitsPerDimension).toBeCloseTo(delta.logProbNats / (3 * Math.LN2), 9);
    const csv = (await geodrift(asked)).stdout.trim().split("\n");
    expect(csv[0]).toBe("lat,lng,logProbNats,bitsPerDimension");
    expect(Number(csv[2].split(",")[2])).toBeCloseTo(sydney.logProbNats, 4);
    // The continuous flow's own, which the map comes near.
    const [exact] = jsonLines((await geodrift([...asked, "--json", "--tolerance", "1e-4"])).stdout);
    expect(Math.abs(exact.logProbNats - delta.logProbNats)).toBeLessThan(0.1);
    const official = jsonLines((await geodrift([...asked, "--json", "--mode", "official"])).stdout);
    expect(Math.abs(official[0].logProbNats - delta.logProbNats)).toBeGreaterThan(0.01);
  });
  it("tells how localizable the picture is, as the map does, and how sure that is", async () => {
    const asked = ["density", "earth", "--image", at("nile.png"), "--localizability", "64"];
    const [{ bits, standardError, samples }] = jsonLines((await geodrift([...asked, "--json"])).stdout);
    expect(samples).toBe(64);
    expect(standardError).toBeGreaterThan(0.02);
    expect(standardError).toBeLessThan(0.6);
    const [located] = jsonLines((await geodrift(["locate", at("nile.png"), "--json"])).stdout);
    expect(Math.abs(located.localizabilityBits - bits)).toBeLessThan(4 * standardError + 0.2);
    const wrong = await geodrift([...asked, "--grid", "90"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("one is needed of places (--points)")]);
  });

  it("of the trained model integrates to one about a sharp peak", async () => {
    const fine = ["locate", at("nile.png"), "--json", "--map", at("nile.geojson")];
    const [located] = jsonLines((await geodrift(fine)).stdout);
    expect(located.localizabilityBits).toBeGreaterThan(8);
    // The trapezoidal rule in the logarithm of the distance and in direction.
    const centre = toVec3(located.best);
    const [e1, e2] = [anyTangent(centre), cross(centre, anyTangent(centre))];
    const [rings, spokes] = [140, 48];
    const [low, high] = [Math.log(2e-5), Math.log(Math.PI)];
    const width = (high - low) / rings;
    const rows: { place: string; weight: number }[] = [];
    for (let i = 0; i < rings; i++)
      for (let j = 0; j < spokes; j++) {
        const r = Math.exp(low + (i + 0.5) * width);
        const a = (2 * Math.PI * (j + 0.5 * (i % 2))) / spokes;
        const x = combine(Math.cos(r), centre, Math.sin(r), combine(Math.cos(a), e1, Math.sin(a), e2));
        const { lat, lng } = toLatLng(x);
        rows.push({ place: `${lat},${lng}`, weight: (Math.sin(r) * r * width * 2 * Math.PI) / spokes });
      }
    writeFileSync(at("polar.csv"), ["lat,lng", ...rows.map((r) => r.place)].join("\n"));
    const asked = ["density", "earth", "--image", at("nile.png"), "--points", at("polar.csv")];
    const densities = jsonLines((await geodrift([...asked, "--json"])).stdout);
    const integral = densities.reduce((sum, d, i) => sum + Math.exp(d.logProbNats) * rows[i].weight, 0);
    expect(Math.abs(integral - 1)).toBeLessThan(2e-3);
  });

  it("takes a folder of the released layout with an embedding, on a grid", async () => {
    const model = at("released");
    for (const name of ["config.json", "model.safetensors"]) cpSync(join(embedded, name), join(model, name));
    const { cond_dim: width } = JSON.parse(readFileSync(join(embedded, "config.json"), "utf8"));
    const header = Buffer.from(
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${width},), }`.padEnd(117).concat("\n"),
    );
    const length = Buffer.from([header.length, 0]);
    const zeros = Buffer.alloc(4 * width);
    writeFileSync(at("none.npy"), Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, header, zeros]));
    const asked = ["density", model, "--embedding", at("none.npy"), "--grid", "30", "--json"];
    const { stdout, code } = await geodrift(asked);
    expect(code).toBe(0);
    const grid = jsonLines(stdout);
    // Both poles once, and five circles of twelve.
    expect(grid.length).toBe(62);
    expect(grid.every((p: { logProbNats: number }) => Number.isFinite(p.logProbNats))).toBe(true);
  });
  it.each([
    [["earth", "--grid", "10"], "a picture is needed (--image) or its embedding (--embedding), and only one of them"],
    [["earth", "--image", "a.png"], "one is needed of places (--points), a grid (--grid), and --localizability"],
    [
      ["earth", "--image", "a.png", "--grid", "10", "--steps", "8", "--mode", "exact"],
      "--steps are of --mode map, --mode exact takes --tolerance",
    ],
    [
      ["earth", "--image", "a.png", "--grid", "10", "--mode", "map", "--tolerance", "1e-3"],
      "--tolerance is of --mode exact and official, --mode map takes --steps",
    ],
    [["earth", "--image", "a.png", "--grid", "7"], "--grid: the step must divide 180 degrees, got 7"],
    [
      ["earht", "--image", "a.png", "--grid", "10"],
      'model "earht" is neither known nor a folder or file; did you mean "earth"?',
    ],
  ])("%j makes no sense", async (args, sentence) => {
    const { stderr, code } = await inThisProcess(["density", ...args]);
    expect(stderr.trim()).toBe(`geodrift: ${sentence}`);
    expect(code).toBe(2);
  });
  it.each([
    [["earth", "--image", "none.png", "--grid", "10"], "none.png: no such file"],
    [["earth", "--image", "nile.png", "--points", "none.csv"], "none.csv: no such file"],
    [["earth", "--embedding", "places.csv", "--grid", "10"], "places.csv: is not a NumPy array file"],
  ])("%j fails in one sentence", async (args, sentence) => {
    const files = args.map((a) => (/\.(png|csv)$/.test(a) ? at(a) : a));
    const { stderr, code } = await inThisProcess(["density", ...files]);
    expect(stderr.trim()).toBe(`geodrift: ${at(sentence)}`);
    expect(code).toBe(1);
  });
});
