/** Pictures in, results out, in order: decoding runs ahead while the network works on the batch before. */
import {
  distanceKm,
  type MeshDistribution,
  meshDistribution,
  type PlaceDistribution,
  type Prior,
  productOfPriors,
  type RefineOptions,
  type SampleOptions,
  sampleDistribution,
  withPrior,
} from "@geodrift/core";
import { type PictureMetadata, readMetadata } from "../data/metadata.js";
import type { Named } from "../data/picture-files.js";
import { type ReadPicture, readPicture, readPictureBytes, sha256Of } from "../encode/read-picture.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { type Located, type LocateFailure, summarize } from "./result.js";
import { type Album, neighboursOf, neighboursPrior } from "./time-neighbours.js";

export interface LocateOptions extends Omit<SampleOptions, "onStep"> {
  /** Places drawn per image: for maps, and to read everything off where a method has no mesh. */
  samples: number;
  /** A finer mesh, as maps want it; some four times slower. */
  fine?: boolean;
  /** Localizability in bits below which the answer is "cannot tell". */
  abstain?: number;
  /** Keeps the way of every sample from noise to its place. */
  trajectories?: boolean;
  /** What is known besides the picture; wants a method with a mesh. */
  prior?: Prior;
  /**
   * Pictures of the same run taken within so many minutes, whose files say where, count as known besides. A picture's own
   * place never does.
   */
  timeNeighbours?: number;
}

/**
 * Over 20 views 192 vertices, and radii of regions within 1 % (50 %) and 4 % (90 %) of those of a mesh 25 times as fine, where
 * those of 256 samples are 4 and 8 % off (medians; `npm run bench map`).
 */
export const quickMesh: RefineOptions = { level: 2, tolerance: 1 };

/** Images per network call: enough rows for the matrix products, few enough for a steady progress bar. */
const batchSize = 8;

type Read = { file: string; picture: ReadPicture } | { file: string; error: string };

/**
 * Locates pictures. Yields one answer for each of `named`, in order; one that cannot be read or located yields its
 * sentence, and the others go on.
 */
export async function* locate(
  named: readonly (string | Named)[],
  model: LoadedModel,
  options: LocateOptions,
): AsyncGenerator<Located | LocateFailure> {
  const items = named.map((n): Named => (typeof n === "string" ? { file: n } : n));
  const read = async (n: Named): Promise<Read> => {
    if ("error" in n) return n;
    try {
      return { file: n.file, picture: await readPicture(n.file, model.encoder.preparation) };
    } catch (e) {
      return { file: n.file, error: (e as Error).message };
    }
  };
  const album = options.timeNeighbours === undefined ? undefined : await readAlbum(items);
  const batchAt = (b: number) => Promise.all(items.slice(b * batchSize, (b + 1) * batchSize).map(read));
  let ahead = batchAt(0);
  for (let b = 0; b * batchSize < items.length; b++) {
    const batch = await ahead;
    ahead = batchAt(b + 1);
    yield* locateBatch(batch, model, options, album);
  }
}

/** Times and places of the pictures that can be read. */
async function readAlbum(items: readonly Named[]): Promise<Album> {
  const album = new Map<string, PictureMetadata & { sha256: string }>();
  for (const item of items) {
    if ("error" in item) continue;
    const bytes = await readPictureBytes(item.file).catch(() => undefined);
    if (bytes) album.set(item.file, { ...readMetadata(bytes), sha256: sha256Of(bytes) });
  }
  return album;
}

async function* locateBatch(
  items: readonly Read[],
  model: LoadedModel,
  options: LocateOptions,
  album: Album | undefined,
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
    else yield answer(item, inferred[good.indexOf(item)], share, model, options, album);
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
  album: Album | undefined,
): Located | LocateFailure {
  const then = performance.now();
  const { seed, guidance, abstain } = options;
  const neighbours = album && neighboursOf(file, album, options.timeNeighbours ?? 0);
  const priors = [options.prior, neighbours?.length ? neighboursPrior(neighbours) : undefined].filter(
    (p) => p !== undefined,
  );
  const prior = priors.length > 0 ? priors.reduce(productOfPriors) : undefined;
  try {
    const distribution = prior ? withKnown(plain, prior) : plain;
    const samples = (prior && distribution.representatives?.(options.samples)) || drawn.samples;
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
      },
    };
  } catch (e) {
    return { image: file, error: (e as Error).message };
  }
}

function withKnown(distribution: PlaceDistribution, prior: Prior): PlaceDistribution {
  if (!("mesh" in distribution))
    throw new Error("a prior wants the whole distribution, which this model's method does not give");
  return meshDistribution(withPrior((distribution as MeshDistribution).mesh, prior));
}

/** Distributions on meshes where the method has them, else from samples. */
async function infer({ locator }: LoadedModel, embeddings: Float32Array, options: LocateOptions): Promise<Inferred[]> {
  const { fine, prior, timeNeighbours, trajectories, samples: n, seed, ...solving } = options;
  // A prior may look at a corner of the distribution alone.
  const meshes = await locator.distributions?.(embeddings, {
    ...solving,
    ...(fine || prior || timeNeighbours !== undefined ? {} : quickMesh),
  });
  if (meshes && !trajectories)
    return meshes.map((distribution) => ({ distribution, samples: distribution.representatives(n) }));
  const states: Float64Array[] = [];
  const onStep = (_: number, points: Float64Array) => {
    if (trajectories) states.push(points);
  };
  const all = await locator.sample(embeddings, n, { ...solving, seed, onStep });
  return Array.from({ length: embeddings.length / locator.width }, (_, i) => {
    const own = (points: Float64Array) => points.slice(3 * n * i, 3 * n * (i + 1));
    const ways = states.length > 0 && { trajectories: states.map(own) };
    const mesh = meshes?.[i];
    if (mesh) return { distribution: mesh, samples: mesh.representatives(n), ...ways };
    return { distribution: sampleDistribution(own(all)), samples: own(all), ...ways };
  });
}
