import type { ImagineSettings } from "./plan.js";

/** Settings that are taken where none are asked for. */
export const imagineDefaults = {
  /** Ground width, km. */
  groundKm: 400,
  /** Ground widths that the words “near” and “wide” mean, km. */
  scaleKm: { near: 280, wide: 680 },
  /** Scales ω of the guidance by the place and by words; 1 and 1 follow the network as it is. */
  guidance: { place: 2, words: 1.5 },
  steps: 32,
  solver: "euler",
} as const satisfies Omit<ImagineSettings, "size"> & { scaleKm: Record<"near" | "wide", number> };
