/** Embeddings to distributions and samples: the part of locating that any runtime can do. */
import { type Locator, type PlaceDistribution, sampleDistribution } from "@geodrift/core";
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
 * @returns one for each picture, in order
 * @throws what `options.stop` throws
 */
export async function infer(locator: Locator, embeddings: Float32Array, options: LocateOptions): Promise<Inferred[]> {
  const { fine, known, timeNeighbours, trajectories, samples: n, seed, onStep: watch, stop, ...solving } = options;
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
  // A prior may look at a corner of the distribution alone.
  const meshes = await locator.distributions?.(embeddings, {
    ...solving,
    onStep: () => stop?.(),
    ...(fine || known?.length || timeNeighbours !== undefined ? {} : quickMesh),
  });
  if (meshes && !before)
    return meshes.map((distribution) => ({ distribution, samples: distribution.representatives(n) }));
  const all = before ?? (await drawn());
  return Array.from({ length: embeddings.length / locator.width }, (_, i) => {
    const own = (points: Float64Array) => points.slice(3 * n * i, 3 * n * (i + 1));
    const ways = states.length > 0 && { trajectories: states.map(own) };
    const mesh = meshes?.[i];
    if (mesh) return { distribution: mesh, samples: mesh.representatives(n), ...ways };
    return { distribution: sampleDistribution(own(all)), samples: own(all), ...ways };
  });
}
