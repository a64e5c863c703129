/** What each kind of locator learns, and how its model folder says what it is. */
import { type Runtime, tensor } from "@geodrift/compile";
import {
  cellClasses,
  cellObjective,
  copyOf,
  type ExampleBatch,
  exactSearch,
  type FittedMixture,
  fitMixture,
  type GenerativeModel,
  generativeLocator,
  leafDepths,
  matchingObjective,
  type Objective,
  type Parameters,
  paths,
  placesOfEach,
  quadtree,
  regressionObjective,
  vectorAt,
  vonMisesFisherObjective,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { EncoderSource } from "../models/encoders.js";
import { describeGenerative, loadGenerativeModel } from "../models/load.js";
import { indexTensors, makeSchedule, treeTensor, withDensity } from "../models/locators.js";
import { zeroShotModel } from "../models/zero-shot.js";
import { zeroShotDefaults } from "../models/zero-shot-prompts.js";
import type { Embedded } from "./embeddings.js";
import type { LocatorOptimization, LocatorTraining } from "./locator-config.js";

/** How one locator is trained, and what its model folder says. */
export interface LocatorPlan {
  /** What is learned and how long; absent for methods that learn nothing. */
  learning?: { objective: Objective<ExampleBatch>; optimization: LocatorOptimization };
  /** Content of `config.json`: sizes of the network. */
  network: Record<string, unknown>;
  /** Fields of `model.json`: the method and what belongs to it. */
  method: Record<string, unknown>;
  /** Tensors of the model that are not learned, by name. */
  buffers: Parameters;
}

/** What some locators take besides the embeddings. */
interface PlanContext {
  /** Where the encoder's own weights are published. */
  encoder?: () => Promise<EncoderSource>;
  runtime: Runtime;
  /** So many embeddings of other pictures than those that are learned from, where there can be any. */
  held?: (count: number) => Promise<Embedded>;
}

/**
 * Plans the training of one locator.
 * @throws GeodriftError `data` for a model to go on from that takes embeddings of another width, or zero-shot location
 * without such an encoder; `model` or `option` if the model to go on from cannot be loaded
 */
export async function planLocator(
  locator: LocatorTraining,
  { width, embeddings, places, placeColumn }: Embedded,
  { encoder, runtime, held }: PlanContext,
): Promise<LocatorPlan> {
  switch (locator.kind) {
    case "generative": {
      const { dim, depth, path, schedule, expansion, dropout, nearKm } = locator;
      if (nearKm && placeColumn === undefined)
        throw new GeodriftError(
          "data",
          `${locator.name}: nearKm is of embeddings that tell of a peak, and these do not`,
        );
      const near = nearKm && placeColumn !== undefined ? { column: placeColumn, reachKm: nearKm } : undefined;
      const network = { input_dim: 3, dim, depth, expansion, cond_dim: width, ...(near && { near }) };
      const matching = { config: network, path: paths[path], schedule: makeSchedule(schedule), dropout };
      const method = { method: "generative", path, schedule };
      return { learning: learn(matchingObjective(matching), locator), network, method, buffers: {} };
    }
    case "fine-tune": {
      const { from, dropout } = locator;
      const { config, params, path, schedule } = await loadGenerativeModel(from);
      if (config.cond_dim !== width)
        throw new GeodriftError(
          "data",
          `${locator.name}: ${from} takes embeddings of ${config.cond_dim} numbers, these have ${width}`,
        );
      const objective = matchingObjective({ config, path, schedule, dropout });
      // Copies: optimisers work in place.
      const init = () => copyOf(params);
      const description = await describeGenerative(from);
      return {
        learning: learn({ ...objective, init }, locator),
        network: { ...config },
        method: { method: "generative", path: description.path, schedule: description.schedule },
        buffers: {},
      };
    }
    case "regression": {
      const network = { cond_dim: width, dim: locator.dim, depth: locator.depth };
      const learning = learn(regressionObjective(network), locator);
      return { learning, network, method: { method: "regression" }, buffers: {} };
    }
    case "von-mises-fisher": {
      const { dim, depth, expansion, components } = locator;
      const network = { dim, depth, expansion, cond_dim: width, components };
      const method = { method: "von-mises-fisher" };
      return { learning: learn(vonMisesFisherObjective(network), locator), network, method, buffers: {} };
    }
    case "cells": {
      const { dim, depth, most, depths, offsets } = locator;
      const tree = quadtree(places, most);
      const network = { cond_dim: width, dim, depth };
      const config = { ...network, classes: cellClasses(tree, depths), offsets };
      const stored = Int32Array.from(leafDepths(tree));
      return {
        learning: learn(cellObjective(config, tree, depths), locator),
        network,
        method: { method: "cells", depths, offsets },
        buffers: { [treeTensor]: tensor(stored, [stored.length], "int32") },
      };
    }
    case "retrieval": {
      const { neighbours } = locator;
      const buffers = indexed({ width, embeddings, places });
      return { network: { cond_dim: width }, method: { method: "retrieval", neighbours }, buffers };
    }
    case "flow-and-neighbours": {
      const { name, from, neighbours } = locator;
      const { path, schedule } = await describeGenerative(from);
      const flow = await loadGenerativeModel(from);
      if (!held)
        throw new GeodriftError(
          "data",
          `${name}: a flow with neighbours is fitted on views that can be made, and there are none here`,
        );
      const { near, cond_dim } = flow.config;
      if (cond_dim !== width || path !== "riemannian-flow" || (near && near.column !== placeColumn))
        throw new GeodriftError(
          "data",
          `${name}: a Riemannian flow on these embeddings of ${width} numbers is needed, ${from} is a ${path} on ${cond_dim} of others`,
        );
      const { widthKm, weight } = await fitted(flow, { width, embeddings, places }, locator, held, runtime);
      return {
        network: { ...flow.config },
        method: { method: "flow-and-neighbours", path, schedule, neighbours, widthKm, weight },
        buffers: { ...flow.params, ...indexed({ width, embeddings, places }) },
      };
    }
    case "zero-shot": {
      const { kind: _, name, ...asked } = locator;
      if (!encoder) throw new GeodriftError("data", `${name}: zero-shot location is for pictures that a CLIP embedded`);
      const { config, tensors } = await zeroShotModel(await encoder(), { ...zeroShotDefaults, ...asked }, runtime);
      return { network: { ...config }, method: { method: "zero-shot" }, buffers: tensors };
    }
    case "uniform":
      return { network: { cond_dim: width }, method: { method: "uniform" }, buffers: {} };
  }
}

/** Embeddings and places as a model keeps them. */
function indexed({ width, embeddings, places }: Embedded): Parameters {
  const n = places.length / 3;
  return {
    [indexTensors.embeddings]: tensor(embeddings, [n, width]),
    [indexTensors.places]: tensor(places, [n, 3]),
  };
}

/** The mixture of a flow and neighbours that is likeliest on pictures that neither has seen. */
async function fitted(
  flow: GenerativeModel,
  index: Embedded,
  { neighbours, widthsKm, held: count }: Extract<LocatorTraining, { kind: "flow-and-neighbours" }>,
  held: (count: number) => Promise<Embedded>,
  runtime: Runtime,
): Promise<FittedMixture> {
  const others = await held(count);
  const locator = generativeLocator(flow, { runtime });
  const search = exactSearch(index, index.width, neighbours, { runtime });
  try {
    const truths = Float64Array.from(others.places);
    const logs = await withDensity(locator).logProb(others.embeddings, truths, { guidance: 0, mode: "map" });
    const near = placesOfEach(await search.nearest(others.embeddings), neighbours);
    return fitMixture(
      logs,
      near,
      Array.from({ length: count }, (_, i) => vectorAt(truths, i)),
      widthsKm,
    );
  } finally {
    await locator.dispose();
    await search.dispose();
  }
}

const learn = (objective: Objective<ExampleBatch>, optimization: LocatorOptimization): LocatorPlan["learning"] => ({
  objective,
  optimization: {
    steps: optimization.steps,
    batch: optimization.batch,
    seed: optimization.seed,
    optimizer: optimization.optimizer,
    rate: optimization.rate,
    warmup: optimization.warmup,
    weightDecay: optimization.weightDecay,
    ema: optimization.ema,
  },
});
