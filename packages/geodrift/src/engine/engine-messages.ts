/** What the server's thread and the one that computes say to each other. */
import type { SentTensors } from "@geodrift/compile";
import type { ThrownElsewhere } from "@geodrift/core/errors";
import type { TokenAttention } from "../imagine/draw.js";
import type { ImagineSettings, Plan } from "../imagine/plan.js";
import type { LiftModelOptions } from "../lift/lift-model.js";
import type { LiftProgress } from "../lift/lift-posed.js";
import type { LocateOptions } from "../locate/options.js";
import type { LocateResult } from "../locate/result.js";
import type { Neighbour } from "../locate/time-neighbours.js";
import type { Picture } from "../pictures/picture.js";
import type { PictureOrigin } from "../pictures/picture-tasks.js";

/** A region that is known: what `namedPriors` takes, or outlines as GeoJSON. */
export interface AskedPriors {
  prior?: string;
  region?: object;
}

/** A picture to be located. */
export interface LocateJob extends AskedPriors {
  /** Name or folder, of those that the server offers. */
  model: string;
  encoder?: string;
  /** For the answer. */
  image: string;
  /** The picture's file, or its bytes. */
  picture: PictureOrigin;
  /** Larger pictures are refused before they are decoded. */
  maxPixels: number;
  options: Pick<LocateOptions, "samples" | "seed" | "guidance" | "steps" | "solver" | "fine" | "abstain">;
  /** Places of other pictures or of a track, which the answer takes in. */
  neighbours?: {
    kind: "time-neighbours" | "album" | "track";
    label: string;
    places: (Omit<Neighbour, "image" | "minutes"> & { minutes?: number })[];
    elsewhere?: number;
    apart?: boolean;
  }[];
  /** Wants the places at every step. */
  watch: boolean;
}

/** Pictures to be made of places. */
export interface ImagineJob {
  /** Name or folder of the image model. */
  model: string;
  plan: Plan;
  settings: ImagineSettings;
  attention: boolean;
}

/** A landmark's model to be lifted into a field. */
export interface LiftJob {
  /** Name or folder of the landmark's model. */
  model: string;
  options: Omit<LiftModelOptions, "out">;
}

/** A field on its way. */
export interface LiftStep extends LiftProgress {
  /** What it looks like, a PNG; of some steps. */
  preview?: Uint8Array;
}

/** A field that has been made. */
export interface LiftAnswer {
  /** Of the folder where it is kept, see `keptLift`. */
  id: string;
  model: { name: string; sha256: string };
}

/** A picture on its way, or done. */
export interface DrawingStep {
  /** Number of the picture in the plan. */
  index: number;
  /** Steps done, of `steps`. */
  step: number;
  steps: number;
  /** As it is after the step, [size, size, 3]. */
  picture: Picture;
  /** Of the last step. */
  attention?: TokenAttention[];
}

/** What the computing thread is told; `id` numbers the requests. */
export type ToEngine =
  | { type: "locate"; id: number; job: LocateJob }
  | { type: "imagine"; id: number; job: ImagineJob }
  | { type: "lift"; id: number; job: LiftJob }
  | { type: "cancel"; id: number }
  | { type: "close" };

/** What the computing thread answers about a picture. */
export interface Answer {
  result: LocateResult;
  /** As `distributionTensors` makes them. */
  tensors: SentTensors;
}

/** What the computing thread says of a request; `points` are unit vectors, or points in R³, [n, 3]. */
export type FromEngine = { id: number } & (
  | { type: "step"; step: number; steps: number; points: Float32Array }
  | { type: "answer"; answer: Answer }
  | { type: "drawing"; drawing: DrawingStep }
  | { type: "drawn"; model: { name: string; sha256: string } }
  | { type: "lifting"; at: LiftStep }
  | { type: "lifted"; answer: LiftAnswer }
  | { type: "error"; thrown: ThrownElsewhere }
);
