/**
 * The way back: pictures of places, and of places with words.
 * @example
 * ```js
 * import { writeFile } from "node:fs/promises";
 * import { draw, imagineDefaults, loadImageModel, picturesPlan, toPng } from "geodrift/imagine";
 * const model = await loadImageModel("earth-images");
 * const plan = picturesPlan({ lat: 30, lng: 31.2 }, "satellite view in winter", 0, 1);
 * const settings = { ...imagineDefaults, groundKm: 400, size: 64 };
 * for await (const { picture, drawn } of draw(model, plan, settings)) if (drawn) await writeFile("out/nile.png", await toPng(picture));
 * await model.dispose();
 * ```
 * @module
 */

export * from "./imagine/defaults.js";
export * from "./imagine/draw.js";
export * from "./imagine/plan.js";
export * from "./imagine/sheet.js";
export * from "./models/image-model.js";
export { toPng } from "./pictures/png.js";
