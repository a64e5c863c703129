/** What a person says of candidates: those that are looked at more closely, and those that are ruled out, with the reason. */
import type { LatLng } from "@geodrift/core";

/** A place that is looked at more closely. */
export interface Pinned extends LatLng {
  name: string;
  /** As the name ends with it, and its code (ISO 3166-1 alpha-2), where they are known. */
  country?: string;
  countryCode?: string;
}

/** Of what is known of a candidate, what a place is remembered by. */
const remembered = ({ name, lat, lng, country, countryCode }: Pinned): Pinned => ({
  name,
  lat,
  lng,
  ...(country !== undefined && { country, countryCode }),
});

/** A circle that is ruled out by hand. */
export interface RuledOut extends Pinned {
  /** Of the circle, km. */
  radiusKm: number;
  reason: string;
}

/** A circle is as wide as nine tenths of what lies around a candidate, nearly: half of it lies within a radius. */
const timesHalf = 2;

/** Smaller ones nobody means, km. */
const leastKm = 10;

/** Which place is meant: several may have the same name. */
export const keyOf = ({ name, lat, lng }: Pinned): string => `${name} ${lat.toFixed(3)},${lng.toFixed(3)}`;

/** What is said of the candidates of one picture. */
export class Judging {
  pinned = $state.raw<readonly Pinned[]>([]);
  ruledOut = $state.raw<readonly RuledOut[]>([]);
  /** Which candidate is about to be ruled out, by its key. */
  asking = $state<string>();
  reason = $state("");

  /** Pins a place, or takes the pin away. */
  togglePin(place: Pinned): void {
    this.pinned = this.isPinned(place)
      ? this.pinned.filter((p) => keyOf(p) !== keyOf(place))
      : [...this.pinned, remembered(place)];
  }

  /** Is it looked at more closely? */
  isPinned = (place: Pinned): boolean => this.pinned.some((p) => keyOf(p) === keyOf(place));

  /** Rules a candidate out, with the reason that is written. */
  ruleOut(place: Pinned & { radiusKm: number }): void {
    const km = Math.max(leastKm, Math.ceil(timesHalf * place.radiusKm));
    const out = { ...remembered(place), radiusKm: km, reason: this.reason.trim() };
    this.ruledOut = [...this.ruledOut.filter((r) => keyOf(r) !== keyOf(out)), out];
    this.pinned = this.pinned.filter((p) => keyOf(p) !== keyOf(out));
    this.asking = undefined;
    this.reason = "";
  }

  /** Takes back that it is ruled out. */
  takeBack(place: Pinned): void {
    this.ruledOut = this.ruledOut.filter((r) => keyOf(r) !== keyOf(place));
  }

  /** Another picture. */
  clear(): void {
    this.pinned = [];
    this.ruledOut = [];
    this.asking = undefined;
    this.reason = "";
  }
}

/** As what is known besides. */
export const priorOf = ({ lat, lng, radiusKm }: RuledOut): string =>
  `not:within:${radiusKm}:${lat.toFixed(3)},${lng.toFixed(3)}`;

/** As a sentence for evidence. */
export const remarkOf = ({ name, radiusKm, reason }: RuledOut): string =>
  `${name}, ${radiusKm} km around: ${reason || "no reason was given"}`;
