/** The way back: pictures of places, and of places with words. */

export * from "./imagine/defaults.js";
export * from "./imagine/draw.js";
export * from "./imagine/plan.js";
export * from "./imagine/sheet.js";
export * from "./models/image-model.js";
export { toPng } from "./pictures/png.js";
