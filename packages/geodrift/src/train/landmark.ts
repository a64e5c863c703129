/**
 * Trains a model that makes pictures of landmarks: the general one, told words alone, or one landmark's own, told from which side, that
 * begins as the general one and goes on knowing what that knew (Feng et al. 2025, §3.2; DreamBooth, Ruiz et al. 2023).
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  averaged,
  azimuthBins,
  binOf,
  closedVocabulary,
  controlOf,
  dualGuidance,
  fullTurn,
  Generator,
  type ImageTransformerConfig,
  initImageTransformer,
  type Parameters,
  snapped,
  type Vocabulary,
  type VocabularyConfig,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import { drawBank } from "../imagine/drawn-bank.js";
import { landmarkVocabulary } from "../landmarks/captions.js";
import { emptyBank, type PhotoBank, type PhotoFolder, photoBank, trainingPhotos } from "../landmarks/photo-bank.js";
import { behindPhoto } from "../landmarks/photo-behind.js";
import {
  describeLandmarkModel,
  type LoadedLandmarkModel,
  loadLandmarkModel,
  readImageWeights,
} from "../models/image-model.js";
import type { LandmarkModelDescription, LearnedLandmark } from "../models/schema.js";
import { saveTensors } from "../models/tensor-file.js";
import { denoisingTensors } from "./batches/denoising-batches.js";
import type { LandmarkWork } from "./batches/landmark-batches.js";
import { landmarkBatches } from "./batches/worker-batches.js";
import type { LandmarkTraining } from "./config.js";
import { runDenoising } from "./run-denoising.js";
import type { TrainingContext } from "./run-training.js";

/** What a training begins with: network, vocabulary, and weights where it goes on from a model. */
interface Beginning {
  network: ImageTransformerConfig;
  vocabulary: VocabularyConfig;
  given?: Parameters;
  /** Fingerprint of the model that it goes on from. */
  base?: string;
}

/**
 * Trains a model of landmarks, going on from what the config's folder holds, and writes its model folder.
 * @throws GeodriftError `not-found`, `file` or `data` if photographs are missing or a saved state is of other settings or data,
 * `training` if the training diverges
 */
export async function trainLandmark(config: LandmarkTraining, context: TrainingContext): Promise<void> {
  const { out } = config;
  await mkdir(out, { recursive: true });
  const folders = await Promise.all(config.photographs.map((folder) => trainingPhotos(folder, config.most)));
  const titles = folders.map(({ shown }) => shown.title);
  const { network, vocabulary, given, base } = await beginning(config, titles);
  const words = closedVocabulary(vocabulary);
  const { bank, fingerprints } = await photoBank(folders, network.sizes, words);
  const learned = learnedFrom(folders, bank, fingerprints);
  bank.azimuths = toldAzimuths(bank.azimuths, config);
  if (config.angle === "untold") bank.azimuths.fill(Number.NaN);
  const preserved = config.preservation && (await preservedPictures(config, base, bank, network, words, context));
  const work: LandmarkWork = {
    photographs: bank,
    preserved,
    preservedShare: config.preservation?.share ?? 0,
    tokens: words.tokens,
    octaves: network.octaves,
    sizes: config.sizes,
    dropped: config.dropped,
    seed: config.seed,
  };
  // Where things lie is no part of what is learned.
  const { out: _, photographs: __, from: ___, checkpointEvery, ...made } = config;
  const provenance = {
    config: JSON.stringify(made),
    data: [...(base ? [base] : []), ...learned.map(({ data }) => data)].join(" "),
    seed: String(config.seed),
  };
  const batches = async function* (from: number) {
    for await (const batch of landmarkBatches(work, from, config.batch))
      yield denoisingTensors(batch, { ...network, words: words.tokens, control: controlOf(network).tokens });
  };
  const state = await runDenoising(config, { network, words, given, batches, provenance, logEvery: 50 }, context);
  await writeLandmarkModel(config, network, vocabulary, averaged(state), learned, provenance);
}

/** Azimuths as they are told: with the noise that a config adds, in its bins. */
export function toldAzimuths(
  azimuths: Float32Array,
  { bins, azimuthNoise = 0, seed }: Pick<LandmarkTraining, "bins" | "azimuthNoise" | "seed">,
): Float32Array {
  const noise = new Generator(seed, 8).normals(azimuths.length);
  return azimuths.map((azimuth, k) => {
    const noisy = azimuth + azimuthNoise * noise[k];
    return bins === undefined ? fullTurn(noisy) : snapped(noisy, bins);
  });
}

/** What a model says of the photographs that it has learned from. */
function learnedFrom(
  folders: readonly PhotoFolder[],
  bank: PhotoBank,
  fingerprints: readonly string[],
): LearnedLandmark[] {
  let from = 0;
  return folders.map(({ shown, photos }, f) => {
    const azimuths: number[] = new Array(azimuthBins).fill(0);
    for (const azimuth of bank.azimuths.subarray(from, from + photos.length)) azimuths[binOf(azimuth)]++;
    const fills = bank.fills.slice(from, from + photos.length).sort();
    const at = (share: number) => Number(fills[Math.floor(share * (fills.length - 1))].toFixed(3));
    const behind = photos.slice(0, behindCount).map((photo, k) => behindPhoto(shown, photo, bank, from + k));
    from += photos.length;
    const { made: _, ...about } = shown;
    return { ...about, n: photos.length, azimuths, fill: [at(0.05), at(0.95)], behind, data: fingerprints[f] };
  });
}

/** Photographs whose sky and ground a model remembers. */
const behindCount = 48;

/** The network and the vocabulary, as the config says, or as the model has them that it begins as. */
async function beginning(config: LandmarkTraining, titles: readonly string[]): Promise<Beginning> {
  const sizes = config.sizes.map(({ size }) => size);
  if (config.from === undefined)
    return {
      network: { ...(config.network as NonNullable<LandmarkTraining["network"]>), control: "angle", map: [], sizes },
      vocabulary: landmarkVocabulary(titles),
    };
  const description = await describeLandmarkModel(config.from);
  const unknown = sizes.find((size) => !description.network.sizes.includes(size));
  if (unknown !== undefined)
    throw new GeodriftError(
      "data",
      `"sizes": ${config.from} makes pictures of ${description.network.sizes.join(" or ")} pixels, got ${unknown}`,
    );
  const { vocabulary } = description;
  const known = new Set(closedVocabulary(vocabulary).known);
  const added = titles.filter((title) => !known.has(title));
  const hash = createHash("sha256");
  const given = await readImageWeights(config.from, description, hash);
  const base = hash.digest("hex").slice(0, 16);
  const wider = { ...vocabulary, words: [...vocabulary.words, ...added] };
  if (added.length === 0) return { network: description.network, vocabulary, given, base };
  // Landmarks that the general model has never seen begin as words that mean nothing yet.
  const fresh = initImageTransformer(description.network, closedVocabulary(wider), new Generator(config.seed, 1));
  const table = fresh["words.table"];
  (table.data as Float32Array).set(given["words.table"].data as Float32Array);
  return { network: description.network, vocabulary: wider, given: { ...given, "words.table": table }, base };
}

/**
 * Pictures that the general model makes of captions of the photographs, told no angle; kept beside the state.
 * @param base fingerprint of that model
 * @throws GeodriftError as `loadLandmarkModel`
 */
async function preservedPictures(
  { from, preservation, out, name, seed }: LandmarkTraining,
  base: string | undefined,
  bank: PhotoBank,
  network: ImageTransformerConfig,
  words: Vocabulary,
  { runtime, report }: TrainingContext,
): Promise<PhotoBank | undefined> {
  if (from === undefined || !preservation?.share) return undefined;
  const { pictures: n, steps, guideWords } = preservation;
  const preserved = emptyBank(n, network.sizes, words.tokens);
  const random = new Generator(seed, 7);
  const own = new Set((await describeLandmarkModel(from)).vocabulary.words);
  const captions: string[] = [];
  for (let k = 0; k < n; k++) {
    const at = random.integer(bank.n) * words.tokens;
    const tokens = bank.words.subarray(at, at + words.tokens);
    preserved.words.set(tokens, k * words.tokens);
    preserved.fills[k] = bank.fills[at / words.tokens];
    captions.push(
      [...tokens]
        .filter((id) => id > 0)
        .map((id) => words.known[id - 1])
        .filter((word) => own.has(word))
        .join(" "),
    );
  }
  let model: LoadedLandmarkModel | undefined;
  try {
    await drawBank(preserved, {
      file: join(out, `${name}.preserved.safetensors`),
      made: JSON.stringify({ ...preservation, seed, base, captions, sizes: network.sizes }),
      model: async () => {
        model = await loadLandmarkModel(from, { runtime });
        return model.model;
      },
      request: (k) => ({
        terms: dualGuidance(captions[k], [], { words: guideWords, place: 0 }),
        fill: preserved.fills[k],
        size: Math.max(...network.sizes),
        seed: k,
        steps,
        solver: "euler",
      }),
      onPicture: (drawn) => drawn % 64 === 0 && report(`${name}: ${drawn} of ${n} pictures of what ${from} knows`),
    });
  } finally {
    await model?.dispose();
  }
  return preserved;
}

/** A folder that `imagine --model` opens. */
async function writeLandmarkModel(
  config: LandmarkTraining,
  network: ImageTransformerConfig,
  vocabulary: VocabularyConfig,
  weights: Parameters,
  landmarks: LearnedLandmark[],
  provenance: Record<string, string>,
): Promise<void> {
  const folder = join(config.out, config.name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "model.safetensors"), { tensors: weights, metadata }, { half: () => true });
  const { name, description, licence, angle, bins } = config;
  const model: LandmarkModelDescription = {
    method: "landmark",
    name,
    description,
    licence,
    network: { ...network, sizes: [...network.sizes], map: [] },
    vocabulary: vocabulary as LandmarkModelDescription["vocabulary"],
    angle,
    ...(bins !== undefined && { bins }),
    landmarks,
  };
  await writeJsonFile(join(folder, "model.json"), model);
}
