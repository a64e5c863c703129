/** Embeddings to distributions and samples: the part of locating that any runtime can do. */
import {
  type Locator,
  meshDistribution,
  meshOfSamples,
  type PlaceDistribution,
  type Prior,
  sampleDistribution,
} from "@geodrift/core";
import { type LocateOptions, quickMesh } from "./options.js";

/** What is computed of an image; the rest is read off it. */
export interface Inferred {
  distribution: PlaceDistribution;
  /** Unit vectors [n, 3]: drawn, or places of equal mass where there is a mesh. */
  samples: Float64Array;
  /** The samples at every step of the solver, each [n, 3], if they were asked for. */
  trajectories?: Float64Array[];
}

/**
 * Distributions of pictures from their embeddings: on meshes where the method has them, else from samples.
 * @param embeddings [pictures, width]
 * @param priors what each of the distributions will be multiplied with: its mesh covers the globe and is fine there too
 * @returns one for each picture, in order
 * @throws what `options.stop` throws
 */
export async function infer(
  locator: Locator,
  embeddings: Float32Array,
  options: LocateOptions,
  priors: readonly (Prior | undefined)[] = [],
): Promise<Inferred[]> {
  const { fine, known: _, timeNeighbours, trajectories, samples: n, seed, onStep: watch, stop, ...solving } = options;
  const whole = fine || priors.some((p) => p !== undefined);
  // Whoever watches wants to see something soon: places first, the mesh after them.
  const states: Float64Array[] = [];
  const drawn = () =>
    locator.sample(embeddings, n, {
      ...solving,
      seed,
      onStep: (step, points) => {
        stop?.();
        if (trajectories) states.push(points);
        watch?.(step, points);
      },
    });
  const before = trajectories || watch ? await drawn() : undefined;
  const meshes = await locator.distributions?.(embeddings, {
    ...solving,
    onStep: () => stop?.(),
    stop,
    ...(whole ? { priors } : quickMesh),
  });
  if (meshes && !before)
    return meshes.map((distribution) => ({ distribution, samples: distribution.representatives(n) }));
  const all = before ?? (await drawn());
  const inferred: Inferred[] = [];
  for (let i = 0; i < embeddings.length / locator.width; i++) {
    const own = (points: Float64Array) => points.slice(3 * n * i, 3 * n * (i + 1));
    const ways = states.length > 0 && { trajectories: states.map(own) };
    const mesh = meshes?.[i];
    if (mesh) inferred.push({ distribution: mesh, samples: mesh.representatives(n), ...ways });
    else {
      const samples = own(all);
      const distribution =
        whole && !locator.pointwise
          ? meshDistribution(await meshOfSamples(samples, { prior: priors[i] }))
          : sampleDistribution(samples);
      inferred.push({ distribution, samples, ...ways });
    }
  }
  return inferred;
}
