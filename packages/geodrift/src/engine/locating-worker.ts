/** One of several threads that locate pictures. */
import { type ThrownElsewhere, toMessage } from "@geodrift/core/errors";
import { locateBatch } from "../locate/locate-batch.js";
import type { LocateOptions } from "../locate/options.js";
import { readPriors } from "../locate/prior.js";
import type { LocateFailure, LocateResult } from "../locate/result.js";
import { loadModel } from "../models/load.js";
import type { Preparation } from "../pictures/preparation.js";
import type { ReadPicture } from "../pictures/read-picture.js";
import { answerAsked } from "./one-of-many.js";

/** What a thread begins with. */
export interface LocatingData {
  /** Model by name, folder or file, and an encoder in place of its own. */
  model: string;
  encoder?: string;
  /** What is known besides, as `readPriors` takes it. */
  prior?: string;
  options: Pick<LocateOptions, "samples" | "seed" | "guidance" | "steps" | "solver" | "abstain">;
}

/** A few pictures. */
export type ReadFile = { file: string; picture: ReadPicture };

/** An answer without what maps are drawn from. */
export type PlainAnswer =
  | { result: LocateResult; camera?: string }
  | { failure: LocateFailure; thrown: ThrownElsewhere };

await answerAsked<LocatingData, ReadFile[], PlainAnswer[], Preparation>(async ({ model: name, encoder, ...asked }) => {
  const model = await loadModel(name, { encoder });
  const options = { ...asked.options, known: asked.prior === undefined ? undefined : await readPriors(asked.prior) };
  return {
    ready: model.encoder.preparation,
    async answer(pictures) {
      const answers: PlainAnswer[] = [];
      for await (const answer of locateBatch(pictures, model, options)) {
        if ("error" in answer) {
          const { thrown, ...failure } = answer;
          answers.push({ failure, thrown: toMessage(thrown) });
        } else answers.push({ result: answer.result, camera: answer.camera });
      }
      return answers;
    },
    dispose: () => model.dispose(),
  };
});
