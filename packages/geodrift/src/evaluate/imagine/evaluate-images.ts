/** How good a model of pictures is: scores beside reference rows, the round trip, sensitivity, guidance, steps. */
import { Generator, type Guidance, imageSolvers } from "@geodrift/core";
import type { Shot } from "../../earth/captioned-views.js";
import { kinds } from "../../earth/captions.js";
import { defaultGroundKm } from "../../imagine/ground.js";
import type { Picture } from "../../pictures/picture.js";
import { pixelDifference } from "../../pictures/pixel-difference.js";
import { type Figure, meanFigure } from "../figure.js";
import { type BesideRow, besideConditions, besideRow, scoreBeside } from "./beside.js";
import type { ImagesEvaluationOptions, Means } from "./context.js";
import { type ConditionName, conditions, type DrawingSettings, drawTarget } from "./draw-target.js";
import { type Row, realRow, rowOf, scoreTargets } from "./row.js";
import { type ScoreFigures, type ScorerFigures, scorerFigures } from "./scores.js";
import { type Sensitivity, sensitivityOf } from "./sensitivity.js";
import { drawTargets, type Target, type TargetSet, targetSets } from "./targets.js";

/** Pictures of one target by every row, for the sheet. */
export interface Example {
  /** What the target is told in words. */
  label: string;
  /** The picture of every row, with the row's name. */
  pictures: { label: string; picture: Picture }[];
}

/** Figures of one set of targets. */
export interface SetFigures {
  set: TargetSet;
  /** How far the judge can be trusted on the real views of the set. */
  judge: ScorerFigures;
  /** Rows of real views, of the nearest training views, and of the model. */
  rows: Row[];
  examples: Example[];
}

/** Scores with one pair of guidance scales. */
export interface GuidanceCell {
  /** Scales ω of the guidance by words and by the place. */
  guidance: Guidance;
  scores: ScoreFigures;
}

/** One solver with one number of steps. */
export interface SolvingCell {
  solver: string;
  /** Steps of the solver, the last of them Euler's. */
  steps: number;
  /** Evaluations of the guided field; the last step, Euler's, takes one. */
  evaluations: number;
  /** Root mean square difference from the picture of `referenceSteps` steps of Heun, 0 … 255. */
  difference: Figure;
}

/** Everything that the evaluation of a model of pictures says. */
export interface ImagesEvaluation {
  model: { name: string; sha256: string };
  judge: { name: string; sha256: string };
  locator: { name: string; sha256: string };
  options: ImagesEvaluationOptions;
  /** Scores of every set of targets. */
  sets: SetFigures[];
  sensitivity: Sensitivity;
  /** The surface of guidance; empty without ablations. */
  guidance: GuidanceCell[];
  /** Solvers and steps; empty without ablations. */
  solving: SolvingCell[];
  /** The model itself, and those beside it; none without them. */
  beside: BesideRow[];
}

/** What is tried in place of the usual guidance. */
const guidanceScales = { place: [1, 1.5, 2, 3, 5], words: [1, 1.5, 2.5] };

/** Steps of Heun's method for a picture that more steps would hardly change. */
export const referenceSteps = 128;
const ways: readonly (readonly [solver: string, steps: number])[] = [
  ["euler", 8],
  ["euler", 16],
  ["euler", 32],
  ["heun", 4],
  ["heun", 8],
  ["heun", 16],
  ["rk4", 4],
  ["rk4", 8],
];

/** Targets in the sheet. */
const shown = 6;

/** How many pictures an evaluation draws, with so many sets of targets and models beside: for a progress bar. */
export const picturesToDraw = ({ n, ablations }: ImagesEvaluationOptions, sets: number, beside: number): number =>
  (sets * Object.keys(conditions).length + beside * Object.keys(besideConditions).length) * n +
  96 +
  ablations * (guidanceScales.place.length * guidanceScales.words.length + ways.length + 1);

/** For each target another one of the same kind, as far as there is one. */
function othersOfTheirKind(targets: readonly Target[], random: Generator): Target[] {
  const out = [...targets];
  for (const kind of kinds) {
    const own = targets.flatMap(({ shot }, i) => (shot.kind === kind ? [i] : []));
    const shift = own.length > 1 ? 1 + random.integer(own.length - 1) : 0;
    own.forEach((i, k) => {
      out[i] = targets[own[(k + shift) % own.length]];
    });
  }
  return out;
}

/**
 * Evaluates a model of pictures: scores beside reference rows, the round trip, sensitivity to the place, guidance, and
 * few steps.
 * @throws GeodriftError `data` if the model has seen every month and every place; `option` for a solver or a size that it
 * does not have
 */
export async function evaluateImages(means: Means, options: ImagesEvaluationOptions): Promise<ImagesEvaluation> {
  const { model, judge, locator } = means;
  /** The picture of a target; its noise is the target's own in all rows. */
  async function drawn(target: Target, telling: ConditionName, i: number, changes: Partial<DrawingSettings> = {}) {
    const picture = await drawTarget(model, target, telling, options.seed + i, { ...options, ...changes });
    means.advance(1);
    return picture;
  }
  async function allDrawn(targets: readonly Target[], telling: ConditionName, changes: Partial<DrawingSettings> = {}) {
    const pictures: Picture[] = [];
    for (const [i, target] of targets.entries()) pictures.push(await drawn(target, telling, i, changes));
    return pictures;
  }
  const sets: SetFigures[] = [];
  const names = targetSets(model.description);
  for (const set of names) {
    const targets = drawTargets(set, means.source, model.description, options.size, options.n, { seed: options.seed });
    const others = othersOfTheirKind(targets, new Generator(options.seed, 5));
    const rows: [name: string, pictures: Picture[]][] = [
      [realRow, targets.map((t) => t.real)],
      ["real view of another place", others.map(({ real }) => real)],
      [
        "nearest training view",
        // Its own kinds are those of the training, so there is one.
        targets.map(({ shot }) =>
          means.training.draw(means.training.nearestByPlace(shot.place, shot.kind) as Shot, options.size),
        ),
      ],
    ];
    for (const [name, telling] of Object.entries(conditions)) rows.push([name, await allDrawn(targets, telling)]);
    const figured: Row[] = [];
    for (const [name, pictures] of rows) figured.push(await rowOf(means, name, pictures, targets));
    const examples = targets.slice(0, shown).map((target, i) => ({
      label: target.words,
      pictures: rows.map(([label, pictures]) => ({ label, picture: pictures[i] })),
    }));
    const trust = await scorerFigures(
      judge,
      targets.map((t) => t.real),
      targets.map((t) => t.shot.place),
      targets.map((t) => t.facts),
    );
    sets.push({ set, judge: trust, rows: figured, examples });
  }

  const some = drawTargets(names[0], means.source, model.description, options.size, Math.max(24, options.ablations), {
    seed: options.seed + 1,
    satellite: true,
  });
  const grid: Picture[][] = [];
  for (const target of some.slice(0, 24)) {
    const own: Picture[] = [];
    // Words and width are the same for all, so that the place alone differs.
    const shot = { ...target.shot, widthKm: defaultGroundKm(model.description.views.groundKm) };
    for (let k = 0; k < 4; k++)
      own.push(await drawn({ ...target, shot }, () => ({ words: "satellite view", place: shot.place }), k));
    grid.push(own);
  }
  const sensitivity = await sensitivityOf(judge, grid);

  const guidance: GuidanceCell[] = [];
  const solving: SolvingCell[] = [];
  if (options.ablations > 0) {
    const few = some.slice(0, options.ablations);
    const both = conditions["words and place"];
    for (const words of guidanceScales.words)
      for (const place of guidanceScales.place) {
        const scales = { words, place };
        const pictures = await allDrawn(few, both, { guidance: scales });
        guidance.push({ guidance: scales, scores: await scoreTargets(judge, pictures, few) });
      }
    const reference = await allDrawn(few, both, { solver: "heun", steps: referenceSteps });
    for (const [solver, steps] of ways) {
      const pictures = await allDrawn(few, both, { solver, steps });
      solving.push({
        solver,
        steps,
        // The last step is Euler's.
        evaluations: (steps - 1) * imageSolvers[solver as keyof typeof imageSolvers].evaluations + 1,
        difference: meanFigure(pictures.map((p, i) => pixelDifference(p, reference[i]))),
      });
    }
  }
  const beside: BesideRow[] = [];
  if (means.beside.length > 0) beside.push(besideRow(model, options.size, sets[0].rows));
  for (const other of means.beside) beside.push(await scoreBeside(other, means, options));
  const of = ({ name, sha256 }: { name: string; sha256: string }) => ({ name, sha256 });
  return {
    model: { name: model.description.name, sha256: model.sha256 },
    judge: of(judge),
    locator: { name: locator.description.name, sha256: locator.sha256 },
    options,
    sets,
    sensitivity,
    guidance,
    solving,
    beside,
  };
}
