/** Whoever computes: the server that the page comes from, or the browser itself. */
import type { LatLng, PlaceDistribution } from "@geodrift/core";
import type {
  ImageModel,
  Imagined,
  ImagineSettings,
  ImagineStep,
  LocateQuery,
  LocateResult,
  LocateStep,
  ModelEntry,
  NearestBody,
  TrainingView,
} from "geodrift/contract";

export interface Settings {
  model?: string;
  samples: number;
  steps?: number;
  guidance: number;
  seed: number;
  /** A country, within:KM:LAT,LNG, or photos. */
  prior?: string;
  /** Corners of a region drawn on the map, outside of which it is not. */
  region?: LatLng[];
}

export const defaultSettings: Settings = { samples: 256, guidance: 0, seed: 0 };

export interface Answer {
  result: LocateResult;
  distribution: PlaceDistribution;
  samples: Float64Array;
  steps: LocateStep[];
}

export interface LocateCall {
  signal: AbortSignal;
  onStep(step: LocateStep): void;
  /** Of what is loaded before the first answer, where that takes a while. */
  onLoading?(loaded: number, total: number): void;
}

export interface PageEngine {
  models(): Promise<ModelEntry[]>;
  locate(picture: File, settings: Settings, call: LocateCall): Promise<Answer>;
  /** Does what computes have a library of pictures? */
  library: boolean;
  /** Address of a PMTiles file with more detail than the page's own map. */
  detail?: string;
  /** Knows priors. */
  priors: boolean;
  /** Makes pictures of places. */
  images?: ImageEngine;
  /** Makes evidence bundles. */
  evidence?(picture: File, settings: Settings): Promise<Blob>;
}

/** The server does not answer at all. */
export class LostError extends Error {}

/** Makes pictures of places. */
export interface ImageEngine {
  about(): Promise<ImageModel>;
  /** The training view near a place that is most like a picture. */
  nearest(picture: NearestBody, signal: AbortSignal): Promise<TrainingView>;
  make(asked: ImagineSettings, call: { signal: AbortSignal; onStep(step: ImagineStep): void }): Promise<Imagined>;
}

/** Settings as the server's query string has them. */
export function queryOf({ region, ...settings }: Settings): LocateQuery {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined && value !== "") query[name] = String(value);
  if (region && region.length > 2) {
    const ring = [...region, region[0]].map(({ lat, lng }) => [lng, lat]);
    query.region = JSON.stringify({ type: "Polygon", coordinates: [ring] });
  }
  return query;
}
