/** Cameras by what photographs show, from the command line: COLMAP itself, where it is installed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { geodrift } from "./program.js";

const shapes = fileURLToPath(new URL("../../../shared/data/landmarks", import.meta.url));
const hasColmap = !spawnSync("colmap", ["help"]).error;
const folder = mkdtempSync(join(tmpdir(), "geodrift-structure-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const made = async (train: number, size: number, out: string) => {
  const flags = ["--train", String(train), "--test", "0", "--size", String(size), "--azimuths", "tourist"];
  const { code, stderr } = await geodrift(["landmarks", "photograph", "cat", ...flags, "--shapes", shapes, "-o", out]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
};
const lift = (photographs: string, env: Record<string, string>) =>
  geodrift(
    ["lift", photographs, "--method", "nerf", "--poses", "sfm", "--size", "16", "--steps", "2", "-o", at("lifted")],
    folder,
    { GEODRIFT_CACHE: at("cache"), ...env },
  );

describe.skipIf(!existsSync(shapes))("lift --poses sfm", () => {
  it("says what is missing where COLMAP is not installed", async () => {
    await made(3, 32, at("few"));
    const { code, stderr } = await lift(at("few"), { PATH: folder });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\ngeodrift: colmap: is not installed, [^\n]*\n$/)]);
  });

  it.skipIf(!hasColmap)("says how few can be placed", async () => {
    await made(3, 32, at("few"));
    const { code, stderr } = await lift(at("few"), {});
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/at least 12 photographs [^\n]*, and 0 of 3 are; [^\n]*\n$/),
    ]);
  });

  it.skipIf(!hasColmap)("places photographs nearer to where they were taken than GPS says; once", async () => {
    await made(200, 256, at("cat"));
    const { code, stderr } = await lift(at("cat"), {});
    expect([code, stderr]).toEqual([0, expect.stringMatching(/\d+ of 200 photographs were placed by what they show/)]);
    const [file] = readdirSync(at("cache/cameras")).filter((name) => name.endsWith(".json"));
    const cameras: Record<string, { azimuth: number }> = JSON.parse(readFileSync(at(`cache/cameras/${file}`), "utf8"));
    const [head, ...rows] = readFileSync(at("cat/photos.csv"), "utf8").trim().split("\n");
    const column = head.split(",").indexOf("azimuth") - head.split(",").length;
    const off = rows
      .flatMap((row) => {
        const camera = cameras[row.split(",")[0]];
        const truth = Number(row.split(",").at(column));
        return camera ? [Math.abs(((camera.azimuth - truth + 540) % 360) - 180)] : [];
      })
      .sort((a, b) => a - b);
    expect(off.length).toBeGreaterThan(100);
    // GPS is 2° off in the median.
    expect(off[Math.floor(off.length / 2)]).toBeLessThan(1.8);
    rmSync(at("lifted"), { recursive: true });
    // Found once, they are read from the cache.
    const again = await lift(at("cat"), { PATH: folder });
    expect(again.code).toBe(0);
  });
});
