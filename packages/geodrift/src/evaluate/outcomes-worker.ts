/** One of several threads that take outcomes. */
import { answerAsked } from "../engine/one-of-many.js";
import { loadModel } from "../models/load.js";
import type { EmbeddedDataset } from "./embedded-dataset.js";
import { type EvaluateOptions, type Outcome, outcomesOf } from "./outcomes.js";

/** What a thread begins with: a model by name, folder or file, and how it is evaluated. */
export interface OutcomesData {
  model: string;
  encoder?: string;
  options: EvaluateOptions;
}

/** Some rows of a dataset, and the place of their first in it. */
export interface OutcomeRows {
  data: EmbeddedDataset;
  first: number;
}

await answerAsked<OutcomesData, OutcomeRows, Outcome[], undefined>(async ({ model: name, encoder, options }) => {
  const model = await loadModel(name, { encoder });
  return {
    ready: undefined,
    answer: ({ data, first }, onExample) => outcomesOf(model, data, options, { first, onExample }),
    dispose: () => model.dispose(),
  };
});
