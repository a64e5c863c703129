/** A landmark: where it stands, how high it is, where it looks, and the file of its shape with licence and credit. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";
import { suggestion } from "../files/validation.js";
import { boxOf, type Mesh, placed, radiusOf } from "./mesh.js";
import { readElevation } from "./read-elevation.js";
import { readMesh } from "./read-mesh.js";
import { terrain } from "./terrain.js";

const degrees = z.number().min(0).lt(360);
const above = z.number().positive();
const range = z
  .tuple([z.number(), z.number()])
  .refine(([least, most]) => least <= most, "a least and a greatest value are needed");

/** Where a shape comes from. */
const source = {
  /** Name of its file, in whatever folder. */
  file: z.string().regex(/^\w[\w.-]*$/, "a name of letters, digits, ., - and _ is needed"),
  url: z.url(),
  /** Of its bytes, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  licence: z.string(),
  credit: z.string(),
};

/** Schema of a landmark's file. */
const landmarkSchema = z.strictObject({
  /** One word, for commands and folders. */
  name: z.string().regex(/^[a-z0-9-]+$/, "a name of small letters, digits and - is needed"),
  /** Its words in captions. */
  title: z.string(),
  place: z.strictObject({ lat: z.number().min(-85).max(85), lng: z.number().min(-180).max(180) }),
  /** From its ground to its top, metres. */
  heightM: above,
  /** Of its ground above the sea, metres, where photographs of it are taken from other heights: they tell theirs by GPS. */
  altitudeM: z.number().min(0).optional(),
  /** Where its front looks, degrees clockwise from north. */
  facing: degrees,
  /** What of this is not known, and made up. */
  note: z.string().optional(),
  shape: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("mesh"),
      ...source,
      /** Where the front of the file's own model looks when glTF's front, +z, looks south; 180 for a model whose front that is. */
      modelFacing: degrees,
    }),
    z.strictObject({
      kind: z.literal("elevation"),
      ...source,
      centre: z.tuple([z.number(), z.number()]),
      radiusM: above,
      exaggeration: above,
      snowM: z.number(),
      forestM: z.number(),
      pumiceNorth: z.boolean().default(false),
    }),
  ]),
  /** How it is photographed, where that differs from how people photograph buildings. */
  photographs: z
    .strictObject({
      /** Horizontal distances, metres, in place of what fills the picture. */
      distanceM: range.optional(),
      /** Elevations of the camera, seen from its centre, degrees, in place of eyes above the ground. */
      elevation: range.optional(),
      /** Standard deviation of GPS positions, metres, in either direction. */
      gpsM: z.number().nonnegative(),
    })
    .default({ gpsM: 8 }),
});

/** A landmark. */
export type Landmark = z.infer<typeof landmarkSchema>;

/** A landmark's shape in the world: its centre at the origin, metres, x east, y north, z up. */
export interface LandmarkShape {
  mesh: Mesh;
  /** Greatest horizontal distance from its axis, metres. */
  radiusM: number;
  /** Metres; of an elevation model exaggerated as the landmark says. */
  heightM: number;
  /** How many times as high as it is, of an elevation model. */
  exaggeration?: number;
}

/** Folder of the landmarks that come along. */
const own = new URL("../../landmarks/", import.meta.url);

/** Names of the landmarks that come along. */
export const landmarkNames = (): string[] =>
  readdirSync(own)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort();

/**
 * A landmark by name, or from a file.
 * @throws GeodriftError `option` if the name is not known, else as `readJsonFile`
 */
export async function readLandmark(text: string): Promise<{ landmark: Landmark; folder?: string }> {
  if (/\.json$/i.test(text)) return { landmark: await readJsonFile(text, landmarkSchema), folder: dirname(text) };
  const names = landmarkNames();
  if (!names.includes(text))
    throw new GeodriftError("option", `there is no landmark "${text}", and no .json file${suggestion(text, names)}`);
  return { landmark: await readJsonFile(fileURLToPath(new URL(`${text}.json`, own)), landmarkSchema) };
}

/**
 * Reads a landmark's shape and puts it into the world.
 * @throws GeodriftError, beginning with the file's name: as `readMesh`, `readElevation` and `terrain` do, `not-found` or `file` if the file
 * cannot be read
 */
export async function readShape({ shape, heightM, facing }: Landmark, file: string): Promise<LandmarkShape> {
  const bytes = await readFile(file).catch(cannotRead(file));
  const mesh = await withSubject(file, async () =>
    shape.kind === "mesh"
      ? placed(await readMesh(bytes), facing - shape.modelFacing, heightM)
      : placed(terrain(await readElevation(bytes), shape), 0),
  );
  const { least, most } = boxOf(mesh);
  const { exaggeration } = shape.kind === "elevation" ? shape : {};
  return { mesh, radiusM: radiusOf(mesh), heightM: most[2] - least[2], ...(exaggeration && { exaggeration }) };
}
