/**
 * The paper's third table with truth (Feng et al. 2025, table 3 and figure 8): a landmark lifted in every way, several times over, each
 * field beside the landmark's own shape. Every lift has a folder of its own, and one that is there is not made again.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { fieldRenderer } from "@geodrift/core";
import { writeJsonFile } from "../../files/json-file.js";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { liftDefaults } from "../../lift/defaults.js";
import { loadField } from "../../lift/field-file.js";
import { liftId } from "../../lift/kept-lifts.js";
import { liftDrawn } from "../../lift/lift-drawn.js";
import { type LiftModelOptions, landmarkOf, liftArguments, liftModel, madeFrom } from "../../lift/lift-model.js";
import { liftPhotos } from "../../lift/lift-photos.js";
import type { LiftCall } from "../../lift/lift-posed.js";
import type { PoseSource } from "../../lift/posed-photos.js";
import type { LoadedLandmarkModel } from "../../models/image-model.js";
import { type FieldTruth, fieldTruth } from "./field-truth.js";
import { type JanusFigures, type JanusOptions, janusFigures } from "./janus.js";
import { type Likeness, type LikenessMeans, likenessOf } from "./likeness.js";

/** What is lifted, and what it is compared with. */
export interface LiftStudyMeans {
  /** The landmark's own model, told the angle. */
  model: LoadedLandmarkModel;
  /** The general model, told words alone. */
  general?: LoadedLandmarkModel;
  /** Another model of the landmark, that has preserved nothing of the general one. */
  forgetful?: LoadedLandmarkModel;
  /** Its name, which every model has learned. */
  landmark: string;
  /** Its photographs, made: their cameras are known. */
  photographs: string;
  shape: LandmarkShape;
  /** What the shape is made from: a name for it. */
  truth: string;
  janus: JanusOptions;
  /** Where photographs of other landmarks are there as well. */
  likeness?: LikenessMeans;
  runtime: Runtime;
}

/** How everything is lifted. */
export interface LiftStudyOptions {
  rows: readonly LiftRowName[];
  seeds: number;
  steps: number;
  /** Pixels along a side, and cells across. */
  size: number;
  /** Photographs that fields are fitted to; all if left out. */
  most?: number;
  /** Strength of angle and words. */
  guidance: { words: number; place: number };
  /** Folder of the lifts. */
  work: string;
}

/** One lift of one row. */
interface Lift {
  means: LiftStudyMeans;
  options: LiftStudyOptions;
  seed: number;
  out: string;
  call: LiftCall;
}

const distilled =
  (which: "model" | "general" | "forgetful", more: Partial<LiftModelOptions>) =>
  async ({ means, options: { steps, size, guidance }, seed, out, call }: Lift): Promise<void> => {
    const loaded = means[which];
    if (!loaded) return;
    const all = { ...liftDefaults, steps, size, guidance, seed, landmark: means.landmark, out, ...more } as const;
    await liftModel(loaded, all, means.runtime, liftArguments(loaded.description.name, all), call);
  };

const fitted =
  (poses: PoseSource) =>
  async ({ means, options: { steps, size, most }, seed, out, call }: Lift): Promise<void> => {
    const { photographs, runtime } = means;
    const numbers = { steps, size, seed, ...(most !== undefined && { most }) };
    const flags = Object.entries({ ...numbers, poses }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = ["lift", photographs, "--method", "nerf", ...flags, "-o", out];
    await liftPhotos({ photographs, poses, steps, size, seed, most, out }, runtime, command, call);
  };

/** Ways of lifting, by name. */
export const liftRows = {
  "nerf-true": { title: "photographs, true cameras", lift: fitted("true") },
  "nerf-gps": { title: "photographs, GPS and lens", lift: fitted("gps") },
  "nerf-aimed": { title: "photographs, GPS and lens, their aim found", lift: fitted("aimed") },
  "nerf-sfm": { title: "photographs, structure from motion", lift: fitted("sfm") },
  "words-name": { title: "general model, by the name alone", lift: distilled("general", { tell: "name" }) },
  "words-sides": {
    title: "general model, by front, side, back",
    lift: distilled("general", { tell: "words" }),
  },
  "perp-neg": { title: "general model, Perp-Neg", lift: distilled("general", { tell: "perp-neg" }) },
  debiased: {
    title: "general model, by front, side, back, debiased",
    lift: distilled("general", { tell: "words", debiased: true }),
  },
  ours: { title: "**own model, the angle**", lift: distilled("model", {}) },
  "no-preservation": { title: "own model without prior preservation, the angle", lift: distilled("forgetful", {}) },
  "no-angle": { title: "own model, not told the angle", lift: distilled("model", { tell: "name" }) },
  vsd: { title: "own model, the angle, variational", lift: distilled("model", { method: "vsd" }) },
  reconstruct: {
    title: "own model, its pictures of all sides, fitted",
    async lift({ means, options: { steps, size, guidance }, seed, out, call }: Lift) {
      const { model, landmark, runtime } = means;
      const numbers = { pictures: 8, steps, size, seed, "guide-angle": guidance.place, "guide-words": guidance.words };
      const flags = Object.entries({ ...numbers, landmark }).flatMap(([name, value]) => [`--${name}`, String(value)]);
      const command = ["lift", model.description.name, "--method", "reconstruct", ...flags, "-o", out];
      await liftDrawn(model, { pictures: 8, steps, size, seed, guidance, landmark, out }, runtime, command, call);
    },
  },
} as const satisfies Record<string, { title: string; lift(lift: Lift): Promise<void> }>;
/** Name of a way of lifting. */
export type LiftRowName = keyof typeof liftRows;

/** Which models a row needs besides the landmark's own. */
export const needsOf = (row: LiftRowName): "general" | "forgetful" | undefined => {
  if (row === "no-preservation") return "forgetful";
  return ["words-name", "words-sides", "perp-neg", "debiased"].includes(row) ? "general" : undefined;
};

/** A name for everything that a lift depends on beside its seed. */
function madeOf(row: LiftRowName, means: LiftStudyMeans, { steps, size, most, guidance }: LiftStudyOptions): string {
  const need = row.startsWith("nerf-") ? undefined : means[needsOf(row) ?? "model"];
  const from = need
    ? { ...liftDefaults, guidance, model: madeFrom(need, landmarkOf(need.description, means.landmark)) }
    : { most, photographs: means.janus.photographs };
  return liftId({ steps, size, ...from }).slice(0, 8);
}

/** Which figures a comparison has: raised when a figure is added or measured otherwise, so that none is read that has not got it. */
const figures = 2;

/** One lift beside the truth. */
export interface LiftOutcome {
  row: LiftRowName;
  seed: number;
  folder: string;
  truth: FieldTruth;
  around: JanusFigures;
  likeness?: Likeness;
}

/**
 * Lifts and compares.
 * @param onStep hears of every step, with how many there are of all
 * @param options rows whose models are there (`needsOf`)
 * @returns by row, then by seed 1 … n
 * @throws GeodriftError for photographs or models that cannot be used, `disk`
 */
export async function liftStudy(
  means: LiftStudyMeans,
  options: LiftStudyOptions,
  onStep: (done: number) => void,
  report: (line: string) => void,
): Promise<LiftOutcome[]> {
  const { shape, janus, likeness, runtime } = means;
  const judges = { figures, truth: means.truth, judge: janus.data, ...(likeness && { likeness: likeness.data }) };
  const renderer = fieldRenderer({ runtime });
  const outcomes: LiftOutcome[] = [];
  try {
    for (const row of options.rows)
      for (let seed = 1; seed <= options.seeds; seed++) {
        const folder = join(options.work, `${row}-${seed}-${madeOf(row, means, options)}`);
        const compared = join(folder, `compared-${liftId(judges).slice(0, 8)}.json`);
        if (existsSync(compared)) {
          // JSON has no NaN, which is what a field without a surface has for distances to it.
          outcomes.push(JSON.parse(await readFile(compared, "utf8"), (_, value) => value ?? Number.NaN));
          onStep(options.steps);
          continue;
        }
        await liftRows[row].lift({ means, options, seed, out: folder, call: { onStep: () => onStep(1) } });
        const { grid, unitM } = await loadField(join(folder, "field.safetensors"));
        const truth = await fieldTruth(grid, unitM, shape, renderer, { size: 64, elevation: -12, seed: 1 });
        const around = await janusFigures(grid, unitM, shape, renderer, janus);
        const like = likeness && { likeness: await likenessOf(grid, unitM, renderer, likeness, runtime) };
        const outcome: LiftOutcome = { row, seed, folder, truth, around, ...like };
        await writeJsonFile(compared, outcome);
        outcomes.push(outcome);
        const { silhouette, psnr } = truth;
        report(`${row}, seed ${seed}: silhouettes ${silhouette.value.toFixed(3)}, ${psnr.value.toFixed(1)} dB`);
      }
  } finally {
    await renderer.dispose();
  }
  return outcomes;
}
