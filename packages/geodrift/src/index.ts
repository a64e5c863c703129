/**
 * Where on Earth was this image taken? A map of probability, for Node.
 *
 * What is worked with is loaded when it is first asked for: importing this costs next to nothing. More lies beside it, in
 * `geodrift/models`, `geodrift/pictures`, `geodrift/imagine`, `geodrift/evaluate`, `geodrift/train`, `geodrift/earth`,
 * `geodrift/library`, `geodrift/server`, and for browsers in `geodrift/browser`.
 */
import type { writeMap as writeMapNow } from "./figures/map.js";
import type { LocateOptions } from "./locate/options.js";
import type { readPrior as readPriorNow, readPriors as readPriorsNow } from "./locate/prior.js";
import type { Located, LocateFailure } from "./locate/result.js";
import type {
  LoadedModel,
  loadModel as loadModelNow,
  openModel as openModelNow,
  resolveModel as resolveModelNow,
} from "./models/load.js";
import type { Named, pictureFiles as pictureFilesNow } from "./pictures/picture-files.js";
import type { PictureReader } from "./pictures/picture-tasks.js";
import type { readPicture as readPictureNow } from "./pictures/read-picture.js";

export { type ErrorCode, errorCodes, type Failure, failureOf, GeodriftError, isMendable } from "@geodrift/core/errors";
export { headline, placeText } from "./locate/headline.js";
export type { Contribution, Knowledge } from "./locate/known.js";
export type { LocateOptions } from "./locate/options.js";
export type {
  CountryOdds,
  DivisionOdds,
  Located,
  LocateFailure,
  LocateResult,
  NamedMode,
  PlaceName,
} from "./locate/result.js";
export { certainty, failureText, toText } from "./locate/text.js";
export type { LoadedModel, ModelOptions, ResolvedModel } from "./models/load.js";
export type { Picture } from "./pictures/picture.js";
export type { Named } from "./pictures/picture-files.js";
export type { ReadPicture } from "./pictures/read-picture.js";
export { formatKm, formatLatLng } from "./places/format.js";
export { type Device, device, devices, useDevice } from "./runtime/device.js";
export { onnxRuntime } from "./runtime/onnx-runtime.js";
export { threads, useThreads } from "./runtime/threads.js";

/**
 * Locates pictures, one answer for each, in order; one that cannot be read or located has its sentence, and the others go on.
 * @param named files, or what `pictureFiles` gives
 * @param model as `loadModel` opens it
 * @param options samples, guidance, seed, and what is known besides
 * @param reader who reads the files: `PictureProcesses` of `geodrift/pictures` for files of strangers, this thread if left out
 * @example
 * ```js
 * import { loadModel, locate, toText } from "geodrift";
 * const model = await loadModel("earth");
 * for await (const answer of locate(["out/demo/nile-delta.png"], model, { samples: 256, guidance: 0, seed: 0 }))
 *   console.log("error" in answer ? answer.error : toText(answer.result));
 * await model.dispose();
 * ```
 */
export async function* locate(
  named: readonly (string | Named)[],
  model: LoadedModel,
  options: LocateOptions,
  reader?: PictureReader,
): AsyncGenerator<Located | LocateFailure> {
  yield* (await import("./locate/locate.js")).locate(named, model, options, reader);
}

/**
 * Opens a model: one that comes along, one that was fetched, a folder, or a file of the released layout.
 * @param text name, folder or file
 * @param options an encoder in place of the model's own; ONNX Runtime if it is to be another than the best that this machine has
 * @throws GeodriftError `option` for what is none, `model` for one that has not been fetched or is damaged
 */
export const loadModel: typeof loadModelNow = async (...args) => (await import("./models/load.js")).loadModel(...args);

/** Finds a model and reads what it says of itself, without its weights. @throws as `loadModel` */
export const resolveModel: typeof resolveModelNow = async (...args) =>
  (await import("./models/load.js")).resolveModel(...args);

/** Reads the weights of a model that has been resolved. @throws as `loadModel` */
export const openModel: typeof openModelNow = async (...args) => (await import("./models/load.js")).openModel(...args);

/** Files, folders and patterns as a list of picture files, sorted within each; a name that stands for none with its reason. */
export const pictureFiles: typeof pictureFilesNow = async (...args) =>
  (await import("./pictures/picture-files.js")).pictureFiles(...args);

/**
 * Reads a picture, turns it as its EXIF orientation says, and makes the square that an encoder takes.
 * @throws GeodriftError `not-found`, `file` or `picture`, without the file's name
 */
export const readPicture: typeof readPictureNow = async (...args) =>
  (await import("./pictures/read-picture.js")).readPicture(...args);

/**
 * What is known besides a picture, as `--prior` takes it: a country, `within:KM:LAT,LNG`, `photos`, a `.geojson` or `.csv` file.
 * @throws GeodriftError `option` for what is none of these, `not-found` or `data` for a file
 */
export const readPrior: typeof readPriorNow = async (...args) => (await import("./locate/prior.js")).readPrior(...args);
/** As `readPrior`, of several things with semicolons between them. */
export const readPriors: typeof readPriorsNow = async (...args) =>
  (await import("./locate/prior.js")).readPriors(...args);

/**
 * Writes the map of an answer: `.svg`, `.png`, `.html`, `.geojson` or `.kml`, by the file's ending.
 * @throws GeodriftError `option` for another ending, `disk` if it cannot be written
 */
export const writeMap: typeof writeMapNow = async (...args) => (await import("./figures/map.js")).writeMap(...args);
