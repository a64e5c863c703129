import type { ImagineSettings } from "./plan.js";

/** What is taken where nothing is asked for; docs/report/imagine.md has what guidances and steps do. */
export const imagineDefaults = {
  groundKm: 400,
  /** Widths of ground that the two words mean. */
  scaleKm: { near: 280, wide: 680 },
  guidance: { place: 2, words: 1.5 },
  steps: 32,
  solver: "euler",
} as const satisfies Omit<ImagineSettings, "size"> & { scaleKm: Record<"near" | "wide", number> };
