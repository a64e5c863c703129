import { tensor } from "@geodrift/compile";
import { initVelocity, isLearned, type VelocityConfig } from "../net/velocity.js";
import type { Path } from "../path/paths.js";
import type { Schedule } from "../schedule/schedules.js";
import { vectorAt } from "../sphere/point.js";
import { matchingLoss } from "./losses.js";
import type { ExampleBatch, Objective } from "./objective.js";

/** What a generative model of places learns, and how. */
export interface MatchingOptions {
  /** Sizes of the network. */
  config: VelocityConfig;
  /** How data and noise are joined: Riemannian flow, flow or diffusion. */
  path: Path;
  /** γ(t), by which times are drawn. */
  schedule: Schedule;
  /**
   * Share of the conditions, 0 … 1, that are replaced by zeros, so that the network also learns the unconditional field,
   * which guidance needs.
   */
  dropout: number;
}

/**
 * The training objective of flow matching and diffusion, conditioned on embeddings (“Around the World in 80 Timesteps”,
 * arXiv 2412.06781): `matchingLoss` at t uniform in 0 … 1, one noise and one time per example. Unlike in the paper, the
 * target is dx/dγ, without the factor of the schedule.
 */
export function matchingObjective({
  config,
  path,
  schedule,
  dropout,
}: MatchingOptions): Objective<ExampleBatch, "point" | "gamma" | "embedding" | "target"> {
  return {
    init: (random) => initVelocity(config, random),
    learned: isLearned,
    inputs({ embeddings, places, n, random }) {
      const points = new Float32Array(3 * n);
      const targets = new Float32Array(3 * n);
      const gammas = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        gammas[i] = schedule.gamma(random.uniform());
        const { point, target } = path.at(vectorAt(places, i), path.noise(random), gammas[i]);
        points.set(point, 3 * i);
        targets.set(target, 3 * i);
        if (random.uniform() < dropout) embeddings.fill(0, i * config.cond_dim, (i + 1) * config.cond_dim);
      }
      return {
        point: tensor(points, [n, 3]),
        gamma: tensor(gammas, [n]),
        embedding: tensor(embeddings, [n, config.cond_dim]),
        target: tensor(targets, [n, 3]),
      };
    },
    loss: (p, { point, gamma, embedding, target }) => ({
      loss: matchingLoss(config, p, point, gamma, embedding, target),
    }),
  };
}
