import type { Settings } from "../engine/engine.js";

/** Are these settings of this version of the page? */
export function areSettings(value: unknown): value is Settings {
  const { samples, guidance, seed, steps, model, prior, region = [] } = (value ?? {}) as Partial<Settings>;
  const isOptional = (v: unknown, type: string) => v === undefined || typeof v === type;
  const within = (v: unknown, least: number, most: number) =>
    Number.isFinite(v) && least <= Number(v) && Number(v) <= most;
  return (
    within(samples, 2, 4096) &&
    within(guidance, 0, 100) &&
    within(seed, 0, Number.MAX_SAFE_INTEGER) &&
    (steps === undefined || within(steps, 1, 10_000)) &&
    isOptional(model, "string") &&
    isOptional(prior, "string") &&
    Array.isArray(region) &&
    region.every((corner) => within(corner?.lat, -90, 90) && within(corner?.lng, -180, 180))
  );
}
