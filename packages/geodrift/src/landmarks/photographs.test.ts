import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { angleBetween, distanceKm } from "@geodrift/core";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { readMetadata } from "../pictures/metadata.js";
import { landmarkFromFolder } from "./from-folder.js";
import { gpsCamera } from "./gps-camera.js";
import type { Landmark, LandmarkShape } from "./landmark.js";
import { makePhotographs } from "./make-photographs.js";
import { drawShot, shotAt } from "./photograph.js";
import { readMadePhotos, readPhotographed, readPhotos, seenFrom } from "./photos-table.js";

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), "landmark-"));
  folders.push(made);
  return made;
};
afterAll(() => Promise.all(folders.map((f) => rm(f, { recursive: true, force: true }))));

/** A red tower with a blue wall to the east. */
const shape: LandmarkShape = {
  radiusM: 10,
  heightM: 40,
  mesh: {
    parts: [
      {
        positions: Float32Array.of(-7, -7, -20, 7, -7, -20, 0, 0, 20, 0, 7, -20),
        triangles: Uint32Array.of(0, 1, 2, 0, 2, 3),
        colour: [0.8, 0.1, 0.1],
      },
      {
        positions: Float32Array.of(7, -7, -20, 0, 7, -20, 0, 0, 20),
        triangles: Uint32Array.of(0, 1, 2),
        colour: [0.1, 0.1, 0.8],
      },
    ],
  },
};
const landmark: Landmark = {
  name: "tower",
  title: "Red Tower",
  place: { lat: 51.5, lng: 179.9999 },
  heightM: 40,
  facing: 90,
  shape: {
    ...{ kind: "mesh", file: "tower.glb", url: "https://example.org/tower.glb", sha256: "0".repeat(64), bytes: 1 },
    ...{ licence: "CC0", credit: "nobody", modelFacing: 180 },
  },
  photographs: { gpsM: 8 },
};
const options = { seed: 5, azimuths: "tourist", size: 16, train: 12, test: 8 } as const;

describe("photographs of tourists", () => {
  const shots = Array.from({ length: 2000 }, (_, i) => shotAt(landmark, shape, options, i));

  it("are functions of seed and index", () => {
    expect(shotAt(landmark, shape, options, 17)).toEqual(shots[17]);
    expect(shotAt(landmark, shape, { ...options, seed: 6 }, 17)).not.toEqual(shots[17]);
    expect(drawShot(shape, shots[3], 16, 3)).toEqual(drawShot(shape, shots[3], 16, 3));
  });

  it("are taken mostly from the front, the rest from all round", () => {
    const front = shots.filter(({ camera }) => angleBetween(camera.azimuth, 90) < 60).length / shots.length;
    const back = shots.filter(({ camera }) => angleBetween(camera.azimuth, 270) < 60).length / shots.length;
    // 0.6 of a von Mises distribution with κ = 2, of which 79 % lie within 60°, and a third of 0.4.
    expect(front).toBeCloseTo(0.6 * 0.79 + 0.4 / 3, 1);
    expect(back).toBeCloseTo(0.6 * 0.03 + 0.4 / 3, 1);
    const even = Array.from({ length: 2000 }, (_, i) =>
      shotAt(landmark, shape, { ...options, azimuths: "uniform" }, i),
    );
    for (const from of [0, 90, 180, 270])
      expect(even.filter(({ camera }) => angleBetween(camera.azimuth, from) < 45).length / 2000).toBeCloseTo(0.25, 1);
  });

  it("fill the picture as asked, and have positions that are off by some metres", () => {
    for (const { fill } of shots) expect(fill).toSatisfy((v: number) => v > 0.549 && v < 0.951);
    const off = shots.map(({ place, gps }) => 1000 * distanceKm(place, gps));
    // The mean length of two normals of 8 m.
    expect(off.reduce((a, b) => a + b) / off.length).toBeCloseTo(8 * Math.sqrt(Math.PI / 2), 0);
  });

  it("tell a side on fifteen in a hundred captions, one in five of them wrong", () => {
    const told = shots.filter(({ caption }) => / view/.test(caption));
    expect(told.length / shots.length).toBeCloseTo(0.15, 1);
    const wrong = told.filter(({ caption, camera }) => {
      const apart = angleBetween(camera.azimuth, 90);
      return !caption.includes(apart < 45 ? "front" : apart > 135 ? "back" : "side");
    });
    expect(wrong.length / told.length).toBeCloseTo(0.2, 1);
  });
});

describe("a set of photographs", () => {
  it("is files with positions and lenses in their EXIF, which say the same as the table", async () => {
    const out = await folder();
    await makePhotographs(landmark, shape, out, options);
    const photos = await readMadePhotos(out);
    expect(photos.map(({ split }) => split)).toEqual([...Array(12).fill("train"), ...Array(8).fill("test")]);
    for (const { file, place, focal } of photos) {
      const said = readMetadata(await readFile(join(out, file)));
      expect(1000 * distanceKm(said.place as never, place)).toBeLessThan(0.02);
      expect(said.filmFocalMm).toBeCloseTo(24 * (focal as number), 2);
    }
  });

  it("goes on after a stop to the same bytes, and refuses another set in the same folder", async () => {
    const [whole, stopped] = [await folder(), await folder()];
    await makePhotographs(landmark, shape, whole, options);
    let made = 0;
    const stop = makePhotographs(landmark, shape, stopped, options, () => {
      if (++made === 7) throw new Error("stopped");
    });
    await expect(stop).rejects.toThrow("stopped");
    await makePhotographs(landmark, shape, stopped, options);
    const files = await readdir(whole);
    expect(await readdir(stopped)).toEqual(files);
    for (const file of files) expect(await readFile(join(stopped, file))).toEqual(await readFile(join(whole, file)));
    await expect(makePhotographs(landmark, shape, whole, { ...options, seed: 6 })).rejects.toThrow(
      /were made otherwise/,
    );
  });

  it("tells trainings what GPS says, and nothing of the truth", async () => {
    const out = await folder();
    await makePhotographs(landmark, shape, out, options);
    const [told, made, shown] = [await readPhotos(out), await readMadePhotos(out), await readPhotographed(out)];
    expect(Object.keys(told[0]).sort()).toEqual(["caption", "file", "focal", "place", "split"]);
    const errors = made.map((photo, i) => angleBetween(seenFrom(shown, told[i]).azimuth, photo.truth.camera.azimuth));
    // Across the date line, some metres off at some 50 to 200 m.
    expect(Math.max(...errors)).toBeLessThan(40);
    expect(Math.max(...errors)).toBeGreaterThan(0.1);
  });
});

describe("photographs of a landmark whose altitude is known", () => {
  const hill: Landmark = { ...landmark, altitudeM: 300, photographs: { gpsM: 8, elevation: [5, 20] } };

  it("are the same pictures, with heights in their EXIF, by which their cameras look down", async () => {
    const [flat, high] = [await folder(), await folder()];
    await makePhotographs({ ...hill, altitudeM: undefined }, shape, flat, options);
    await makePhotographs(hill, shape, high, options);
    const shown = await readPhotographed(high);
    const made = await readMadePhotos(high);
    expect(shown.altitudeM).toBe(300);
    for (const [i, photo] of (await readMadePhotos(flat)).entries()) {
      const { altitude, ...rest } = made[i];
      expect(rest).toEqual(photo);
      const said = readMetadata(await readFile(join(high, photo.file)));
      expect(said.altitude).toBe(altitude);
      const pixels = [flat, high].map((f) => sharp(join(f, photo.file)).raw().toBuffer());
      const [a, b] = await Promise.all(pixels);
      expect(a.equals(b)).toBe(true);
      // Some twelve metres off, of 20 to 150.
      expect(Math.abs((gpsCamera(shown, made[i])?.height ?? 0) - photo.truth.camera.height)).toBeLessThan(50);
      expect(gpsCamera(await readPhotographed(flat), photo)?.height).toBeCloseTo(1.6 - 20, 6);
    }
  });
});

describe("somebody's own photographs", () => {
  it("become a set: with positions, not too near and not too far, the others listed with the reason", async () => {
    const own = await folder();
    const at = { lat: 51.5, lng: -0.1 };
    const jpeg = (metresNorth?: number) => {
      const picture = sharp({ create: { width: 30, height: 20, channels: 3, background: "#446688" } });
      const minutes = 30 + (metresNorth ?? 0) / 1853.25;
      return metresNorth === undefined
        ? picture.jpeg().toBuffer()
        : picture
            .withExif({
              IFD2: { FocalLengthIn35mmFilm: "26" },
              IFD3: {
                GPSLatitudeRef: "N",
                GPSLatitude: `51/1 ${Math.round(minutes * 1e5)}/100000 0/1`,
                GPSLongitudeRef: "W",
                GPSLongitude: "0/1 6/1 0/1",
                GPSAltitude: "5/2",
              },
            })
            .jpeg()
            .toBuffer();
    };
    await writeFile(join(own, "a.jpg"), await jpeg(100));
    await writeFile(join(own, "b.jpg"), await jpeg());
    await writeFile(join(own, "c.jpg"), await jpeg(2));
    await writeFile(join(own, "d.jpg"), await jpeg(5000));
    await writeFile(join(own, "e.jpg"), Buffer.alloc(0));
    const known = { name: "own", title: "Own Tower", at, heightM: 40, nearestM: 5, farthestM: 1000, held: 0, seed: 1 };
    const whose = { altitudeM: 1, licence: "mine", credit: "me" };
    const { photos, leftOut } = await landmarkFromFolder(own, { ...known, ...whose });
    expect(photos.map(({ file }) => file)).toEqual(["a.jpg"]);
    expect(leftOut).toEqual([
      { file: "b.jpg", reason: "says no position" },
      { file: "c.jpg", reason: "is 2 m away, nearer than 5 m" },
      { file: "d.jpg", reason: "is 5000 m away, farther than 1000 m" },
      { file: "e.jpg", reason: "the file is empty" },
    ]);
    const [photo] = await readPhotos(own);
    const seen = seenFrom(await readPhotographed(own), photo);
    expect(photo.altitude).toBe(2.5);
    expect(gpsCamera(await readPhotographed(own), photo)?.height).toBeCloseTo(1.5 - 20, 6);
    expect(seen.azimuth).toBeCloseTo(0, 3);
    expect(seen.distance).toBeCloseTo(100, 0);
    expect(seen.fill).toBeCloseTo((40 * 26) / 24 / 100, 2);
    await expect(readMadePhotos(own)).rejects.toThrow(/no column "azimuth"/);
  });

  it("are none where no picture can be used", async () => {
    const own = await folder();
    await writeFile(join(own, "a.jpg"), Buffer.alloc(0));
    const known = { name: "own", title: "Own", at: { lat: 0, lng: 0 }, nearestM: 5, farthestM: 1000, held: 0, seed: 1 };
    await expect(landmarkFromFolder(own, { ...known, licence: "", credit: "" })).rejects.toThrow(
      /none of its 1 pictures can be used \(a\.jpg the file is empty\)/,
    );
  });
});
