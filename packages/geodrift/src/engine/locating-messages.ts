/** What whoever locates many pictures and the threads that compute say to each other. */
import type { ThrownElsewhere } from "@geodrift/core/errors";
import type { LocateOptions } from "../locate/options.js";
import type { LocateFailure, LocateResult } from "../locate/result.js";
import type { Preparation } from "../pictures/preparation.js";
import type { ReadPicture } from "../pictures/read-picture.js";

/** What a thread begins with. */
export interface LocatingData {
  /** Model by name, folder or file, and an encoder in place of its own. */
  model: string;
  encoder?: string;
  /** What is known besides, as `readPrior` takes it. */
  prior?: string;
  options: Pick<LocateOptions, "samples" | "seed" | "guidance" | "steps" | "solver" | "abstain">;
}

/** A few pictures, or the end. */
export type ToLocating = { id: number; pictures: { file: string; picture: ReadPicture }[] } | "close";

/** An answer without what maps are drawn from. */
export type PlainAnswer =
  | { result: LocateResult; camera?: string }
  | { failure: LocateFailure; thrown: ThrownElsewhere };

/** What a thread says: what its pictures have to be, that it could not begin, or answers in the order of the pictures. */
export type FromLocating =
  | { type: "ready"; preparation: Preparation }
  | { type: "failed"; thrown: ThrownElsewhere }
  | { type: "answers"; id: number; answers: PlainAnswer[] };
