/** Whoever computes: the server that the page comes from, or the browser itself. */
import type { LatLng, PlaceDistribution, SizedField } from "@geodrift/core";
import type {
  FetchStep,
  ImageModel,
  Imagined,
  ImagineSettings,
  ImagineStep,
  Lifted,
  LiftSettings,
  LiftStep,
  LocateQuery,
  LocateResult,
  LocateStep,
  ModelEntry,
  ModelOffer,
  NearestBody,
  TrainingView,
} from "geodrift/contract";

/** What is asked of a picture. */
export interface Settings {
  model?: string;
  /** Places drawn. */
  samples: number;
  /** Steps of the solver; the method's own if left out. */
  steps?: number;
  /** Strength of classifier-free guidance; 0 is none. */
  guidance: number;
  seed: number;
  /** A country, within:KM:LAT,LNG, or photos. */
  prior?: string;
  /** Corners of a region drawn on the map, outside of which it is not. */
  region?: LatLng[];
}

/** What is asked where a person says nothing. */
export const defaultSettings: Settings = { samples: 256, guidance: 0, seed: 0 };

/** An answer with its distribution and its way there. */
export interface Answer {
  result: LocateResult;
  distribution: PlaceDistribution;
  /** Unit vectors [n, 3]. */
  samples: Float64Array;
  steps: LocateStep[];
}

/** Who waits for an answer, and what they hear on the way. */
export interface LocateCall {
  signal: AbortSignal;
  /** Told of every step of the solver. */
  onStep(step: LocateStep): void;
  /** Told of the bytes of the model that have come before the first answer, where that takes a while. */
  onLoading?(loaded: number, total: number): void;
}

/** Whoever computes for the page. */
export interface PageEngine {
  /** The models that can be asked, the default first. */
  models(): Promise<ModelEntry[]>;
  /**
   * Locates a picture.
   * @throws LostError if the server does not answer, Error with one sentence if it cannot be located, the signal's reason
   * if it is withdrawn
   */
  locate(picture: File, settings: Settings, call: LocateCall): Promise<Answer>;
  /** Does what computes have a library of pictures? */
  library: boolean;
  /** Address of a PMTiles file with more detail than the page's own map. */
  detail?: string;
  /** Knows priors. */
  priors: boolean;
  /** Fetches models that are not there yet. */
  fetches?: ModelFetches;
  /** Makes pictures of places. */
  images?: ImageEngine;
  /** Lifts the landmark that pictures are made of. */
  lifts?: LiftEngine;
  /** Makes evidence bundles. */
  evidence?(picture: File, settings: Settings, more: EvidenceWishes): Promise<Blob>;
}

/** What evidence is to have besides the answer. */
export interface EvidenceWishes {
  /** What a person has ruled out, and why: a sentence each. */
  remarks: readonly string[];
  /** Is the picture to be seen in it? */
  withPicture: boolean;
}

/** The server does not answer at all. */
export class LostError extends Error {}

/** Fetches models that are not there yet. */
export interface ModelFetches {
  /** What would be fetched. */
  offer(id: string, signal: AbortSignal): Promise<ModelOffer>;
  /** Fetches it; what has come when it is withdrawn stays. @param acceptLicence consents to licences that ask for it */
  fetch(
    id: string,
    asked: { acceptLicence: boolean },
    call: { signal: AbortSignal; onStep(step: FetchStep): void },
  ): Promise<ModelEntry>;
}

/** Makes pictures of places. */
export interface ImageEngine {
  /** The model: its words, sizes and widths. */
  about(): Promise<ImageModel>;
  /** The training view near a place that is most like a picture. */
  nearest(picture: NearestBody, signal: AbortSignal): Promise<TrainingView>;
  /** Makes pictures, and tells of every step of each. */
  make(asked: ImagineSettings, call: { signal: AbortSignal; onStep(step: ImagineStep): void }): Promise<Imagined>;
}

/** Lifts a landmark into three dimensions. */
export interface LiftEngine {
  /** Makes a solid, and tells of every step. */
  lift(asked: LiftSettings, call: { signal: AbortSignal; onStep(step: LiftStep): void }): Promise<Lifted>;
  /** Its surface, a binary glTF file. */
  mesh(id: string, signal: AbortSignal): Promise<ArrayBuffer>;
  /** Its field. */
  field(id: string, signal: AbortSignal): Promise<SizedField>;
  /** Where one of its files lies. */
  address(id: string, file: string): string;
}

/** Settings as the server's query string has them; a region as a GeoJSON polygon (longitude first). */
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
