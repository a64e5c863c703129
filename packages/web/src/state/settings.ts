import type { Settings } from "../engine/engine.js";

/** Are these settings of this version of the page? */
export function areSettings(value: unknown): value is Settings {
  const { samples, guidance, seed, steps, model, prior, region = [] } = (value ?? {}) as Partial<Settings>;
  const isOptional = (v: unknown, type: string) => v === undefined || typeof v === type;
  return (
    [samples, guidance, seed].every(Number.isFinite) &&
    isOptional(steps, "number") &&
    isOptional(model, "string") &&
    isOptional(prior, "string") &&
    Array.isArray(region) &&
    region.every((corner) => Number.isFinite(corner?.lat) && Number.isFinite(corner?.lng))
  );
}
