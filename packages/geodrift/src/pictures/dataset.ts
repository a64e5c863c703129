import type { LatLng } from "@geodrift/core";
import type { Picture } from "./picture.js";

/** Names of the areas that a place lies in, as OSV-5M writes them; what is not known is left out. */
export interface AreaLabels {
  country?: string;
  region?: string;
  city?: string;
}

/** A picture with its place. */
export interface Example {
  /** How people find it again: a path or a key. */
  id: string;
  picture: Picture;
  place: LatLng;
  areas?: AreaLabels;
}

/** Pictures with places. Views of the Earth are one kind; folders and tables are others. */
export interface Dataset {
  /** As it was named. */
  readonly name: string;
  /** Number of examples; `Infinity` where they are made on demand. */
  readonly length: number;
  /** Changes when any example does: written into checkpoints. */
  readonly fingerprint: string;
  /** Examples `from` … `to − 1`, counted from 0, in order, the same on every call. */
  examples(from: number, to: number): AsyncIterable<Example>;
}
