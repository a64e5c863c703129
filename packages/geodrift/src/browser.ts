/**
 * What of the program a browser can run: no file, no process. The page is made with it.
 * @example
 * ```js
 * import { formatKm, formatLatLng } from "geodrift/browser";
 * console.log(formatLatLng({ lat: -33.86, lng: 151.2 }), formatKm(643.27));
 * ```
 * @module
 */
export * from "./encode/encoder.js";
export { networkEncoder, placeNetwork } from "./encode/network-encoder.js";
export * from "./engine/browser-model.js";
export { levelFor, levels, placeSources } from "./library/states.js";
export { locateResult } from "./locate/contract.js";
export { headline, type NamedPlace, namedPlace, namesTown, placeText } from "./locate/headline.js";
export * from "./locate/infer.js";
export { type Contribution, type Knowledge, withKnown } from "./locate/known.js";
export * from "./locate/options.js";
export * from "./locate/regions.js";
export * from "./locate/result.js";
export * from "./locate/text.js";
export { modelDescription, velocityConfig } from "./models/schema.js";
export { solvingOf } from "./models/solving.js";
export * from "./pictures/preparation.js";
export { squareOf } from "./pictures/square.js";
export { formatKm, formatLatLng } from "./places/format.js";
export { type Gazetteer, readTowns } from "./places/gazetteer.js";
