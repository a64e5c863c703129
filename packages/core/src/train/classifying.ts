import { tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { type CellClassifierConfig, cellClassifier, initCellClassifier } from "../net/cell-classifier.js";
import { mean } from "../net/layers.js";
import { vectorAt } from "../sphere/point.js";
import { type Quadtree, shareOfCell } from "../sphere/quadtree.js";
import type { ExampleBatch, Objective } from "./objective.js";

/** Weight of the squared error of the place within its cell, beside cross-entropies in nats. */
const offsetWeight = 10;

/** Input with the cells of a level. */
const labelOf = (level: number): string => `label${level}`;

/**
 * The training objective of classification over the cells of a quadtree: the cross-entropies of all levels added up, in
 * nats, and, with offsets, 10 times the mean squared error of the place within its own leaf, in shares of the cell's
 * sides.
 * @param tree cells of the places
 * @param depths of the coarser levels; the leaves are always a level
 */
export function cellObjective(
  config: CellClassifierConfig,
  tree: Quadtree,
  depths: readonly number[],
): Objective<ExampleBatch> {
  const ancestors = depths.map((d) => tree.ancestors(d));
  const { classes } = config;
  return {
    init: (random) => initCellClassifier(config, random),
    learned: () => true,
    inputs({ embeddings, places, n }) {
      const labels = classes.map(() => new Int32Array(n));
      const shares = new Float32Array(2 * n);
      for (let i = 0; i < n; i++) {
        const x = vectorAt(places, i);
        const leaf = tree.find(x);
        labels.forEach((l, level) => {
          l[i] = level < ancestors.length ? ancestors[level][leaf] : leaf;
        });
        shares.set(shareOfCell(tree.cells[leaf], x), 2 * i);
      }
      return {
        embedding: tensor(embeddings, [n, config.cond_dim]),
        shares: tensor(shares, [n, 2]),
        ...Object.fromEntries(labels.map((l, level) => [labelOf(level), tensor(l, [n], "int32")])),
      };
    },
    loss(p, { embedding, shares, ...levels }) {
      const labels = classes.map((_, level) => levels[labelOf(level)]);
      const { logProbs, offsets } = cellClassifier(config, p, embedding);
      const chosen = labels.map((l, level) => nn.oneHot(l, classes[level]));
      const leaf = chosen[chosen.length - 1];
      let loss = logProbs
        .map((l, level) => mean(l.mul(chosen[level].ref).sum(-1), [0]).mul(-1))
        .reduce((a, b) => a.add(b));
      if (offsets) {
        const own = offsets.mul(leaf.ref.reshape([...leaf.shape, 1])).sum(1);
        const error = own.sub(shares);
        loss = loss.add(mean(error.ref.mul(error), [0, 1]).reshape([1]).mul(offsetWeight));
      }
      return { loss: np.squeeze(loss) as np.Array };
    },
  };
}
