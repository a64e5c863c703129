/**
 * Dose and response of a landmark's model: how much of it is left when photographs do not know where they were taken, when angles are
 * told coarsely, and when there are few. Each dose is a training of its own and three fields that are lifted from it, beside the truth.
 * Takes hours; run it again to go on after a stop. Wants `runs/photographs/NAME` and `runs/landmarks/landmarks` (docs/report/landmarks.md).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const bin = join(dirname(createRequire(import.meta.url).resolve("geodrift")), "../bin/geodrift.js");
const landmark = process.env.GEODRIFT_DOSE_LANDMARK ?? "cat";
const steps = Number(process.env.GEODRIFT_DOSE_STEPS ?? 2400);
const photographs = `runs/photographs/${landmark}`;
/** Folder that has the files of shapes; they are fetched if left out. */
const shapes = process.env.GEODRIFT_DOSE_SHAPES;

/** What is changed in `configs/LANDMARK.json`. */
const doses = {
  usual: {},
  ...Object.fromEntries([5, 10, 20, 40].map((azimuthNoise) => [`noise-${azimuthNoise}`, { azimuthNoise }])),
  ...Object.fromEntries([1, 4, 12, 360].map((bins) => [`bins-${bins}`, { bins }])),
  ...Object.fromEntries([100, 400].map((most) => [`photographs-${most}`, { most }])),
};

const run = (...args) =>
  execFileSync(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 28 });
/** JSON has no NaN: a figure that one of the fields does not have is not that of the others. */
const mean = (xs) => (xs.includes(null) ? null : Number((xs.reduce((a, b) => a + b) / xs.length).toFixed(3)));

export const benches = {
  dose: async function* () {
    const folder = resolve("runs/dose", landmark);
    mkdirSync(folder, { recursive: true });
    for (const [name, changes] of Object.entries(doses)) {
      const config = { extends: resolve("configs", `${landmark}.json`), name, out: folder, steps, ...changes };
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(config));
      run("train", join(folder, `${name}.json`));
      const flags = ["--photographs", photographs, "--rows", "ours", "--seeds", "3", "--steps", "200", "--json"];
      const folders = ["--work", join(folder, "lifts"), ...(shapes ? ["--shapes", shapes] : [])];
      const lifts = JSON.parse(run("evaluate-lift", join(folder, name), ...flags, ...folders));
      yield {
        bench: "dose",
        landmark,
        dose: name,
        steps,
        silhouetteIoU: mean(lifts.map(({ truth }) => truth.silhouette.value)),
        psnrDb: mean(lifts.map(({ truth }) => truth.psnr.value)),
        sidesWithinOneBinPercent: mean(lifts.map(({ around }) => 100 * around.field.angles.near.value)),
      };
    }
  },
};
