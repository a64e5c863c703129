/** What a person reads off a picture's shadows: when it was taken, and how long they are. */
import { earthRadiusKm, type LatLng } from "@geodrift/core";
import type { LocateResult } from "geodrift/contract";
import { lineTowards, sunOver } from "../places/sun.js";
import { t } from "../texts/language.svelte.js";
import { keyOf, type Pinned } from "./judging.svelte.js";

/** A time and the length of a shadow, which stay while the picture is asked about again. */
export class SunReading {
  open = $state(false);
  /** By the clock of Greenwich, as a field of the page has it: 2024-06-21T10:30. */
  when = $state("");
  /** How many times as long as what casts it a shadow is, on level ground. */
  ratio = $state<number>();
  /** How far off that may be. */
  percent = $state(10);
  /** What was taken in last. */
  taken = $state<string>();

  /** The time; undefined where none is said. */
  get time(): Date | undefined {
    const time = new Date(`${this.when}Z`);
    return this.when && !Number.isNaN(time.getTime()) ? time : undefined;
  }

  /** Takes the shadow in, in place of the one before. */
  take(): void {
    const { time, ratio, percent } = this;
    this.taken = time && ratio ? `shadow:${time.toISOString().slice(0, 16)}Z:${ratio}~${percent}` : undefined;
  }

  /** Another picture. */
  clear(): void {
    this.when = "";
    this.ratio = undefined;
    this.percent = 10;
    this.taken = undefined;
  }
}

/** Candidates that the sun is told of. */
const mostTold = 4;

/** Places that the sun is told of: those that are pinned, and the likeliest candidates, of which the first is the best guess. */
export const sunnyPlaces = (result: LocateResult, pinned: readonly Pinned[]): Pinned[] => [
  ...pinned,
  ...(result.modes.length > 0 ? result.modes : [{ name: t("sun.bestGuess"), ...result.best }])
    .slice(0, mostTold)
    .filter((m) => !pinned.some((p) => keyOf(p) === keyOf(m))),
];

/** Lines from those places to where their shadows point, long enough to be seen where the answer is. */
export function shadowLines(result: LocateResult, pinned: readonly Pinned[], time: Date): LatLng[][] {
  const reach = Math.max(0.02, ((result.regions[1]?.radiusKm ?? 500) / earthRadiusKm) * 1.2);
  return sunnyPlaces(result, pinned).flatMap((place) => {
    const { shadow } = sunOver(place, time);
    return shadow ? [lineTowards(place, shadow.azimuth, reach)] : [];
  });
}
