import { GeodriftError } from "@geodrift/core/errors";
import { janusOptions } from "../evaluate/landmark/janus-options.js";
import { liftTables, writeLiftReport } from "../evaluate/landmark/lift-report.js";
import { type LiftRowName, liftRows, liftStudy, needsOf } from "../evaluate/landmark/lift-study.js";
import { likenessMeans } from "../evaluate/landmark/likeness.js";
import { toMarkdown } from "../evaluate/table.js";
import { readLandmark, readShape } from "../landmarks/landmark.js";
import { readPhotographed } from "../landmarks/photos-table.js";
import { shapeFile } from "../landmarks/shape-file.js";
import { liftDefaults } from "../lift/defaults.js";
import { landmarkOf } from "../lift/lift-model.js";
import { type LoadedLandmarkModel, loadLandmarkModel } from "../models/image-model.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";

/** Flags of `geodrift evaluate-lift`. */
export interface EvaluateLiftFlags {
  photographs: string[];
  landmark?: string;
  general?: string;
  forgetful?: string;
  shapes?: string;
  rows?: LiftRowName[];
  seeds: number;
  steps: number;
  size: "16" | "32" | "64";
  most?: number;
  guideAngle: number;
  guideWords: number;
  epochs: number;
  judges: string;
  work: string;
  out?: string;
  json?: boolean;
}

/**
 * Lifts a landmark in every way, compares all with its own shape, and writes the page of results.
 * @param args the command line, for the page
 * @throws GeodriftError `option` for flags that make no sense; for models, photographs or a shape that cannot be used; `disk`
 */
export async function runEvaluateLift(name: string, flags: EvaluateLiftFlags, args: readonly string[]): Promise<void> {
  const { photographs: folders, out, seeds, steps, most, work, epochs, judges } = flags;
  if (out !== undefined && !/\.md$/i.test(out))
    throw new GeodriftError("option", `--out: the page is a .md file, got "${out}"`);
  const given = flags.rows ?? (Object.keys(liftRows) as LiftRowName[]);
  const rows = given.filter((row) => {
    const need = needsOf(row);
    return need === undefined || flags[need] !== undefined;
  });
  if (rows.length === 0)
    throw new GeodriftError("option", `--rows: ${given.join(", ")} need --general or --forgetful, which are not given`);
  const [photographs] = folders;
  const { landmark, folder } = await readLandmark(flags.landmark ?? (await readPhotographed(photographs)).name);
  const shape = await readShape(landmark, await shapeFile(landmark, { folders: [flags.shapes, folder] }));
  const truth = `${landmark.shape.sha256} ${shape.heightM} ${landmark.facing}`;
  const runtime = await onnxRuntime();
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const opened: { dispose(): Promise<void> }[] = [];
  const models: LoadedLandmarkModel[] = [];
  const open = async (text: string | undefined) => {
    if (text === undefined) return undefined;
    const one = await loadLandmarkModel(text);
    opened.push(one);
    models.push(one);
    return one;
  };
  const size = Number(flags.size);
  const guidance = { words: flags.guideWords, place: flags.guideAngle };
  const judging = { epochs, seed: 1, work: judges };
  const bar = progress(rows.length * seeds * steps);
  try {
    const model = (await open(name)) as LoadedLandmarkModel;
    const [general, forgetful] = [await open(flags.general), await open(flags.forgetful)];
    for (const one of models) landmarkOf(one.description, landmark.name);
    const likeness =
      folders.length > 1 ? await likenessMeans(folders, landmark.name, shape, judging, runtime, report) : undefined;
    if (likeness) opened.push(likeness.names);
    const janus = await janusOptions(photographs, landmark, judging, runtime, report);
    opened.push(janus.judge);
    const outcomes = await liftStudy(
      { model, general, forgetful, landmark: landmark.name, photographs, shape, truth, janus, likeness, runtime },
      { rows, seeds, steps, size, most, guidance, work },
      (done) => bar.advance(done),
      report,
    );
    const best = likeness?.best;
    bar.stop();
    if (flags.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
    else for (const table of liftTables(landmark.title, outcomes, best)) process.stdout.write(`${toMarkdown(table)}\n`);
    if (out === undefined) return;
    const about = {
      title: landmark.title,
      credit: `${landmark.shape.credit}, ${landmark.shape.licence}`,
      command: `geodrift ${args.join(" ")}`,
      model: { name: model.description.name, sha256: model.sha256 },
      settings: { steps, size, seeds, weight: liftDefaults.weight, guidance },
      shape,
      best,
    };
    for (const file of await writeLiftReport(out, outcomes, about, runtime)) report(file);
  } finally {
    bar.stop();
    for (const one of opened) await one.dispose();
  }
}
