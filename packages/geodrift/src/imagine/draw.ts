/** Draws the pictures of a plan, one after another, each step by step. */
import { contextTokens, controlOf, type SamplingState } from "@geodrift/core";
import type { LoadedImageModel } from "../models/image-model.js";
import type { Picture } from "../pictures/picture.js";
import { drawingOf, type ImagineSettings, type Plan, type PlannedPicture } from "./plan.js";

/** A finished picture of a plan. */
export interface DrawnCell {
  cell: PlannedPicture;
  picture: Picture;
  /** Attention maps of what the cell was told, if they were asked for. */
  attention?: TokenAttention[];
}

/** What pictures are drawn with. */
export type DrawingModel = Pick<LoadedImageModel, "model" | "words">;

/** Where one thing that the model is told is looked at. */
export interface TokenAttention {
  /** A word of the caption, "longitude", "latitude" or "angle". */
  token: string;
  /** Shares of attention, rows from the top, [grid, grid]. */
  map: Float32Array;
}

/** A step of the drawing. */
export interface DrawEvent {
  /** Index of the cell, 0 …. */
  index: number;
  /** Steps done, 1 … steps. */
  step: number;
  /** Steps in all. */
  steps: number;
  /** The network's present estimate of the picture. */
  picture: Picture;
  /** The finished cell, with its last step. */
  drawn?: DrawnCell;
}

/** What is done besides drawing. */
export interface DrawOptions {
  /** Are attention maps collected? */
  attention?: boolean;
  /** Ends the drawing. */
  signal?: AbortSignal;
}

/**
 * Draws the pictures of a plan, one after another, and yields every step.
 * @throws GeodriftError `option` for a size, a solver or words that the model does not know
 * @throws the signal's reason when it is aborted
 */
export async function* draw(
  loaded: DrawingModel,
  { cells }: Plan,
  settings: ImagineSettings,
  { attention, signal }: DrawOptions = {},
): AsyncGenerator<DrawEvent> {
  for (const [index, cell] of cells.entries()) {
    for await (const state of loaded.model.draw({ ...drawingOf(cell, settings, attention), signal })) {
      const { step, steps } = state;
      const picture = pictureOfPlanes(state.picture, settings.size);
      const event = { index, step, steps, picture };
      if (step < steps) yield event;
      else yield { ...event, drawn: { cell, picture, ...(attention && { attention: tokensOf(cell, state, loaded) }) } };
    }
  }
}

/**
 * Planes as an 8-bit picture.
 * @param planes [3, size, size] in −1 … 1; what lies beyond is clamped
 */
export function pictureOfPlanes(planes: Float32Array, size: number): Picture {
  const area = size * size;
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let c = 0; c < 3; c++)
      data[3 * i + c] = Math.min(255, Math.max(0, Math.round((planes[c * area + i] + 1) * 127.5)));
  return { width: size, height: size, data };
}

/** Maps of the tokens that a cell was told. In front of the words lie time and the width of the scene. */
function tokensOf(
  cell: PlannedPicture,
  { attention }: SamplingState,
  { model, words }: DrawingModel,
): TokenAttention[] {
  if (!attention) return [];
  const tokens = words.read(cell.words ?? "").map((token, i) => ({ token, at: 2 + i }));
  const names = controlOf(model.config).control === "place" ? ["longitude", "latitude"] : ["angle"];
  const controls = names.map((token, i) => ({ token, at: 2 + words.tokens + i }));
  const told = cell.places.length > 0 || cell.azimuth !== undefined;
  const patches = attention.length / contextTokens(model.config, words.tokens);
  return [...tokens, ...(told ? controls : [])].map(({ token, at }) => ({
    token,
    map: attention.slice(at * patches, (at + 1) * patches),
  }));
}
