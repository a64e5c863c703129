/** What each kind of locator learns, and how its model folder says what it is. */
import { tensor } from "@geodrift/compile";
import {
  cellClasses,
  cellObjective,
  leafDepths,
  matchingObjective,
  type Objective,
  type Parameters,
  paths,
  quadtree,
  regressionObjective,
  vonMisesFisherObjective,
} from "@geodrift/core";
import { makeSchedule, treeTensor } from "../models/locators.js";
import type { LocatorTraining } from "./config.js";
import type { Embedded } from "./embeddings.js";

export interface LocatorPlan {
  objective: Objective;
  /** For `config.json`. */
  network: Record<string, unknown>;
  /** For `model.json`: the method and what belongs to it. */
  method: Record<string, unknown>;
  /** Tensors of the model that are not learned. */
  buffers: Parameters;
}

export function planLocator(locator: LocatorTraining, { width, places }: Embedded): LocatorPlan {
  const { dim, depth } = locator;
  switch (locator.kind) {
    case "generative": {
      const { path, schedule, expansion, dropout } = locator;
      const network = { input_dim: 3, dim, depth, expansion, cond_dim: width };
      const matching = { config: network, path: paths[path], schedule: makeSchedule(schedule), dropout };
      const method = { method: "generative", path, schedule };
      return { objective: matchingObjective(matching), network, method, buffers: {} };
    }
    case "regression": {
      const network = { cond_dim: width, dim, depth };
      return { objective: regressionObjective(network), network, method: { method: "regression" }, buffers: {} };
    }
    case "von-mises-fisher": {
      const { expansion, components } = locator;
      const network = { dim, depth, expansion, cond_dim: width, components };
      const method = { method: "von-mises-fisher" };
      return { objective: vonMisesFisherObjective(network), network, method, buffers: {} };
    }
    case "cells": {
      const { most, depths, offsets } = locator;
      const tree = quadtree(places, most);
      const network = { cond_dim: width, dim, depth };
      const config = { ...network, classes: cellClasses(tree, depths), offsets };
      const stored = Int32Array.from(leafDepths(tree));
      return {
        objective: cellObjective(config, tree, depths),
        network,
        method: { method: "cells", depths, offsets },
        buffers: { [treeTensor]: tensor(stored, [stored.length], "int32") },
      };
    }
  }
}
