/** What a library says over HTTP and in `--json`; the types are inferred from here. */
import { errorCodes } from "@geodrift/core/errors";
import { z } from "zod";
import { latLng, locateResult } from "../locate/contract.js";
import { levels, placeSources, states } from "./states.js";

const failureCode = z.enum([...(Object.keys(errorCodes) as [keyof typeof errorCodes]), "internal"]);

/** What the library is busy with. */
export const job = z
  .object({
    kind: z.enum(["scan", "estimate", "looks"]),
    progress: z
      .record(z.string(), z.number())
      .describe("of a scan: pictures found and read; of estimates and looks: done, failed, and of how many"),
    running: z.boolean(),
    elapsedMs: z.number().describe("since it began"),
    error: z.string().optional().describe("one sentence, if it failed"),
    code: failureCode.optional(),
  })
  .meta({ id: "Job" });

/** Pictures by state, folders, and what waits for a model. Times are milliseconds since 1970. */
export const overview = z.object({
  counts: z.record(z.enum(states), z.number()),
  missing: z.number().describe("pictures that were gone at the last scan"),
  folders: z.array(
    z.object({ id: z.number(), path: z.string(), scannedAt: z.number().nullable(), pictures: z.number() }),
  ),
  unestimated: z.number().describe("pictures in the queue that no model has looked at yet"),
  unrecovered: z
    .array(z.object({ path: z.string(), error: z.string() }))
    .describe("sidecars that a crash has left unknown, each with what to do"),
});

/**
 * A picture in a list. Times are milliseconds since 1970 (`takenAt` by the camera's clock, as if it were UTC), places
 * degrees, sizes pixels, radii km.
 */
export const listedPicture = z
  .object({
    id: z.number(),
    path: z.string(),
    folder: z.number(),
    album: z.string(),
    state: z.enum(states),
    takenAt: z.number().nullable(),
    utcOffsetMinutes: z.number().nullable().describe("of the camera's clock, where that is known"),
    takenFrom: z.string().nullable().describe("where the time comes from: EXIF, XMP, the file's name …"),
    notes: z.array(z.string()).describe("what is said and was not used, with its reason"),
    camera: z.string().nullable(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    recorded: latLng.nullable().describe("of the file or its sidecar"),
    error: z.string().nullable().describe("why it cannot be read, in one sentence"),
    errorCode: z.string().nullable(),
    decided: z
      .object({
        place: z.string(),
        level: z.enum(levels),
        source: z.enum(["estimate", "person"]),
        model: z.string().optional().describe("that estimated it, with its hash"),
        radiusKm: z.number(),
        at: z.number().describe("when it was accepted"),
        who: z.string().nullable().describe("who accepted it, where the archive knows people by name"),
      })
      .nullable()
      .describe("what a person has accepted, in words"),
    lastWord: z
      .object({
        id: z.number().describe("its number, for `seen`"),
        kind: z.enum(["accept", "reject", "not-a-place"]),
        who: z.string().nullable(),
        at: z.number(),
      })
      .nullable()
      .describe("the last thing that a person has said of it and not taken back"),
    estimate: z
      .object({
        best: latLng,
        place: z.string(),
        bits: z.number(),
        radiusKm: z.number(),
        abstained: z.boolean(),
        madeAt: z.number(),
      })
      .nullable(),
  })
  .meta({ id: "Picture" });

/** A picture with its whole estimate and the last word on it. */
export const pictureDetail = listedPicture
  .extend({
    sha256: z.string().nullable(),
    result: z.union([locateResult, z.null()]),
    decision: z
      .looseObject({ kind: z.enum(["accept", "reject", "not-a-place"]) })
      .nullable()
      .describe("with the place, its level and where it comes from, if it was accepted"),
  })
  .meta({ id: "PictureDetail" });

/** A folder within the folders that were added. */
export const album = z.object({ folder: z.number(), album: z.string(), pictures: z.number() });

/** Where many pictures stand: of each its number, its place in degrees, and who says so. */
export const picturePlaces = z.object({
  ids: z.array(z.number()),
  lat: z.array(z.number()),
  lng: z.array(z.number()),
  by: z
    .array(z.enum(placeSources))
    .describe("the file, a person, a person of an estimate that they accepted, or an estimate alone"),
  nowhere: z.number().describe("pictures of which nobody says where"),
});

/** How many pictures were taken when, by the camera's clock. */
export const days = z.object({
  days: z.array(z.object({ day: z.iso.date(), pictures: z.number() })),
  undated: z.number().describe("pictures without a time"),
});

/** Cameras, as they call themselves, with their pictures. */
export const cameras = z.array(z.object({ camera: z.string(), pictures: z.number() }));

/** Pictures that the library has more than once. */
export const duplicates = z.object({
  groups: z.array(
    z.object({
      kind: z.enum(["bytes", "look"]),
      pictures: z.array(listedPicture).describe("the first of them, 60 at most"),
      count: z.number().describe("pictures there are"),
    }),
  ),
  of: z.number().describe("groups there are"),
  unlooked: z.number().describe("pictures that nobody has looked at, so that they are compared by their bytes alone"),
});

/** The track around a picture's moment, and where it was then. */
export const drawnTrack = z.object({
  lines: z.array(z.array(latLng)).describe("parts of tracks, some 2,000 points at most"),
  moment: latLng.nullable().describe("between the points before and after; null where none are near"),
});

/** A folder of the machine that serves, with those in it. */
export const diskFolder = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  folders: z
    .array(z.object({ name: z.string(), path: z.string() }))
    .describe("without those that are hidden, or hold thumbnails or what was thrown away"),
  pictures: z.number().describe("files in it, not below it, that are called as pictures are"),
});

/** Places that bear on a picture: of the same time, the same folder, a track. */
export const knownPlaces = z.array(
  z.object({
    kind: z.enum(["time-neighbours", "album", "track"]),
    label: z.string(),
    places: z.array(
      latLng.extend({
        picture: z.number().optional().describe("that it is of; absent for points of tracks"),
        path: z.string().optional(),
        minutes: z
          .number()
          .optional()
          .describe("how much later than the picture; below 0, earlier; absent where a time is not known"),
        errorMetres: z.number().optional().describe("that the place may be off, as its file says"),
      }),
    ),
    apart: z.boolean().optional().describe("nothing is known of the way between those before and those after"),
    elsewhere: z
      .number()
      .optional()
      .describe("probability that they say nothing of the picture, where it does not follow from the time"),
  }),
);

/** What became of one picture: its sidecar, or why there is none. */
export const outcome = z.object({
  picture: z.number(),
  sidecar: z.string().optional(),
  error: z.string().optional(),
  code: failureCode.optional(),
});

/** What has been said of several pictures at once. */
export const decisions = z.object({
  batch: z.number().describe("the number under which it can be taken back"),
  left: z.array(outcome.required({ error: true, code: true })).describe("sidecars that could not be taken away"),
  refused: z
    .array(outcome.required({ error: true, code: true }))
    .describe("of several pictures, those of which it cannot be said, each with the reason"),
});

/** What a person says of a picture: places in degrees, radii in km. */
export const verdict = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("accept"),
    level: z
      .enum([...levels, "own"])
      .default("point")
      .describe("own: of each picture, the finest that its estimate supports and has a name for"),
    pin: latLng.optional().describe("where a person has put it; the estimate's best guess if left out"),
    radiusKm: z.number().positive().max(20_000).optional().describe("of a pin; an estimate has its own"),
    madeAt: z.number().optional().describe("of the estimate that was looked at, if no other is to be accepted"),
  }),
  z.strictObject({ kind: z.literal("reject") }),
  z.strictObject({ kind: z.literal("not-a-place") }),
]);
