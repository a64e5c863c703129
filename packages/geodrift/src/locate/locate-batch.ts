/** A few decoded pictures through a model at once. */
import { distanceKm, type PlaceDistribution, sampleDistribution } from "@geodrift/core";
import type { ReadPicture } from "../encode/read-picture.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { withKnown } from "./known.js";
import { type LocateOptions, quickMesh } from "./options.js";
import { type Located, type LocateFailure, summarize } from "./result.js";
import { type Neighbour, neighboursKnowledge } from "./time-neighbours.js";

export type Read = { file: string; picture: ReadPicture } | { file: string; error: string };

/**
 * One answer for each picture, in order; one that cannot be located has its sentence.
 * @param neighboursOf pictures taken about the same time, whose places are known
 */
export async function* locateBatch(
  items: readonly Read[],
  model: LoadedModel,
  options: LocateOptions,
  neighboursOf?: (file: string) => Neighbour[],
): AsyncGenerator<Located | LocateFailure> {
  const good = items.flatMap((item) => ("picture" in item ? [item] : []));
  const started = performance.now();
  let inferred: Inferred[] = [];
  let failure: string | undefined;
  try {
    if (good.length > 0) {
      const embeddings = await model.encoder.encode(good.map((g) => g.picture));
      inferred = await infer(model, embeddings, options);
    }
  } catch (e) {
    failure = (e as Error).message;
  }
  const share = (performance.now() - started) / Math.max(1, good.length);
  for (const item of items) {
    if ("error" in item || failure !== undefined)
      yield { image: item.file, error: "error" in item ? item.error : (failure as string) };
    else yield answer(item, inferred[good.indexOf(item)], share, model, options, neighboursOf?.(item.file));
  }
}

/** What is computed of an image; the rest is read off it. */
interface Inferred {
  distribution: PlaceDistribution;
  samples: Float64Array;
  trajectories?: Float64Array[];
}

function answer(
  { file, picture }: { file: string; picture: ReadPicture },
  { distribution: plain, ...drawn }: Inferred,
  sharedMs: number,
  model: LoadedModel,
  options: LocateOptions,
  neighbours: Neighbour[] | undefined,
): Located | LocateFailure {
  const then = performance.now();
  const { seed, guidance, abstain } = options;
  const known = [...(options.known ?? []), ...(neighbours?.length ? [neighboursKnowledge(neighbours)] : [])];
  try {
    const { distribution, contributions } =
      known.length > 0 ? withKnown(plain, known) : { distribution: plain, contributions: undefined };
    const samples = (contributions && distribution.representatives?.(options.samples)) || drawn.samples;
    const summary = summarize(distribution, samples);
    const elapsedMs = Math.round(sharedMs + performance.now() - then);
    const abstained = abstain === undefined ? {} : { abstained: summary.localizabilityBits < abstain };
    const named = { name: model.description.name, sha256: model.sha256 };
    const { place } = picture.metadata;
    const recorded = place && { ...place, distanceKm: distanceKm(place, summary.best) };
    return {
      ...drawn,
      samples,
      distribution,
      ...(picture.metadata.camera && { camera: picture.metadata.camera }),
      result: {
        image: file,
        sha256: picture.sha256,
        model: named,
        seed,
        ...solvingOf(model.description, options, guidance),
        guidance,
        ...summary,
        elapsedMs,
        ...abstained,
        ...(recorded && { recorded }),
        ...(neighbours && { neighbours }),
        ...(contributions && { contributions }),
      },
    };
  } catch (e) {
    return { image: file, error: (e as Error).message };
  }
}

/** Distributions on meshes where the method has them, else from samples. */
async function infer({ locator }: LoadedModel, embeddings: Float32Array, options: LocateOptions): Promise<Inferred[]> {
  const { fine, known, timeNeighbours, trajectories, samples: n, seed, onStep: watch, ...solving } = options;
  // Whoever watches wants to see something soon: places first, the mesh after them.
  const states: Float64Array[] = [];
  const drawn = () =>
    locator.sample(embeddings, n, {
      ...solving,
      seed,
      onStep: (step, points) => {
        if (trajectories) states.push(points);
        watch?.(step, points);
      },
    });
  const before = trajectories || watch ? await drawn() : undefined;
  // A prior may look at a corner of the distribution alone.
  const meshes = await locator.distributions?.(embeddings, {
    ...solving,
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
