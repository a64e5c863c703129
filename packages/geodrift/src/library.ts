/**
 * An archive: its index, estimates, decisions, sidecars, exports. Nothing in the folders of pictures is changed unasked.
 * @example
 * ```js
 * import { listPictures, openLibrary, scanFolder } from "geodrift/library";
 * const library = await openLibrary("out/example-library", { create: true });
 * console.log(await scanFolder(library, "out/demo"), (await listPictures(library, { state: "queue" })).pictures.length);
 * await library.close();
 * ```
 * @module
 */
export * from "./library/decisions.js";
export {
  type EstimateOptions,
  type EstimateProgress,
  estimateQueue,
  type LocatePicture,
} from "./library/estimate-queue.js";
export { exportedPictures } from "./library/export/exported.js";
export type { ExportedPicture } from "./library/export/exported-picture.js";
export { type ExportFormat, exportFormats } from "./library/export/formats.js";
export { forgetFolder } from "./library/forget.js";
export { type KnownOptions, type KnownPlaces, knownPlaces } from "./library/known-places.js";
export type { Library } from "./library/library.js";
export { engineLocator } from "./library/locate-picture.js";
export { copyLibrary, isLibrary, openLibrary } from "./library/open-library.js";
export {
  addPerson,
  anybody,
  type Person,
  type PersonRecord,
  people,
  type Role,
  revokePerson,
  roles,
} from "./library/people.js";
export * from "./library/pictures.js";
export { type ScanOptions, type ScanProgress, scanFolder } from "./library/scan.js";
export { type Level, levels, nextState, type PictureEvent, type State, states } from "./library/states.js";
export { writeSidecars } from "./library/write-sidecars.js";
