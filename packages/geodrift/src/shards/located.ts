/** Shards of pictures that are located: lines as `locate --json` writes them. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import { picturesUnder } from "../datasets/sources/s3.js";
import { chained } from "../embed/batches.js";
import { synced } from "../files/atomic-file.js";
import { sha256OfFile } from "../files/hash.js";
import { isS3, S3Prefix } from "../files/s3.js";
import { cannotRead } from "../files/system-error.js";
import { versions } from "../files/versions.js";
import { locate } from "../locate/locate.js";
import { partsOf } from "../locate/named-prior.js";
import { isPriorFile, readPrior, readPriors } from "../locate/prior.js";
import { isEncoderName } from "../models/encoders.js";
import { isModelName, openModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import { walkPictures } from "../pictures/walk-pictures.js";
import { jsonLines, type ShardMaker, type ShardMarker, writePart } from "./part.js";
import { beginOf, changedSource, type LocatePlan, shardsOf, writePlan } from "./plan.js";
import { openRun, type RunFolder } from "./run-folder.js";

/** What is located, by what, and how, as the command `locate` takes it. */
export interface Locating extends Omit<LocatePlan["options"], "prior"> {
  /** Folder of pictures. */
  path: string;
  /** Model by name, folder or file. */
  model: string;
  prior?: string;
}

/** Names of the pictures of a folder from there, in the order of `locate`; of a prefix in S3, in the order of their keys. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  if (isS3(folder)) {
    for await (const { name } of picturesUnder(S3Prefix.open(folder))) yield name;
    return;
  }
  for await (const { file } of walkPictures(folder)) yield relative(folder, file);
}

/**
 * Goes through a folder, reading no picture, and writes down where shards of it begin.
 * @param name where the work is to lie: a folder, or `s3://bucket/prefix`
 * @param items of a shard, rounded up to whole batches
 * @throws GeodriftError `option` or `model` as the model and the options are opened; as `shardsOf` and `writePlan`
 */
export async function planLocating(
  name: string,
  { path, model: named, prior, encoder, ...options }: Locating,
  items: number,
): Promise<LocatePlan> {
  const run = openRun(name);
  const resolved = await resolveModel(named, { encoder });
  // What cannot be is told before the weights are read, for their hash.
  solvingOf(resolved.description, options, options.guidance);
  if (prior !== undefined) {
    // Their hashes would have to be kept one by one.
    if (!existsSync(prior) && partsOf(prior).length > 1 && partsOf(prior).some(isPriorFile))
      throw new GeodriftError("option", `--prior: shards take one file, or several places by name, got "${prior}"`);
    await readPriors(prior);
  }
  const model = await openModel(resolved);
  await model.dispose();
  if (!isS3(path) && !(await stat(path).catch(cannotRead(path))).isDirectory())
    throw new GeodriftError("data", `${path}: pictures are located in shards from a folder, this is none`);
  const placed = (text: string, isName: boolean) => ({ named: text, path: isName ? text : resolve(text) });
  return writePlan(run, {
    ...(await shardsOf(path, namesIn(path), items)),
    command: "locate",
    source: placed(path, isS3(path)),
    model: { ...placed(named, isModelName(named)), sha256: model.sha256 },
    options: {
      ...options,
      ...(encoder !== undefined && { encoder: isEncoderName(encoder) ? encoder : resolve(encoder) }),
      ...(prior !== undefined && {
        prior: isPriorFile(prior)
          ? { ...placed(prior, false), sha256: await sha256OfFile(prior) }
          : placed(prior, true),
      }),
    },
  });
}

/**
 * Opens the model of a plan.
 * @throws GeodriftError `data` if it, or the file of a prior, is no longer what was planned
 */
export async function locatingMaker(
  run: RunFolder,
  plan: LocatePlan,
  reader: PictureReader,
  onMistake?: (item: string, thrown: unknown) => void,
): Promise<ShardMaker> {
  const { source, options } = plan;
  const { prior, ...asked } = options;
  if (prior?.sha256 !== undefined && (await sha256OfFile(prior.path)) !== prior.sha256)
    throw new GeodriftError("data", `${run.name}: was planned with another ${prior.named}`);
  // As it was named, not as where it lies.
  const known =
    prior &&
    (prior.sha256 === undefined
      ? await readPriors(prior.path)
      : [{ ...(await readPrior(prior.path)), label: prior.named }]);
  const model = await openModel(await resolveModel(plan.model.path, asked));
  if (model.sha256 !== plan.model.sha256) {
    await model.dispose();
    throw new GeodriftError("data", `${run.name}: was planned with another ${plan.model.named}`);
  }
  return {
    async make(shard) {
      const began = performance.now();
      const names = await namesOfShard(run, plan, shard);
      const answers: unknown[] = [];
      let refused = 0;
      const at = (name: string) => (isS3(source.named) ? `${source.named}/${name}` : join(source.named, name));
      for await (const answer of locatedOf(source.path, names, (files) =>
        locate(files, model, { ...asked, known }, reader),
      )) {
        const image = at(names[answers.length]);
        if ("error" in answer) {
          if (!isMendable(answer.thrown)) onMistake?.(image, answer.thrown);
          else if (answer.thrown.code === "stopped") throw answer.thrown;
          refused++;
          answers.push({ ...answer, image });
        } else answers.push({ ...answer.result, image });
      }
      return writePart(
        run,
        shard,
        { part: { ending: "jsonl", write: jsonLines(answers) } },
        {
          ...{ rows: answers.length - refused, refused },
          ...{ seconds: (performance.now() - began) / 1000, versions: await versions() },
        },
      );
    },
    dispose: () => model.dispose(),
  };
}

/** Pictures that are fetched from S3 at a time. */
const fetched = 64;

/** Locates pictures where they lie; those in S3 as files of this machine, a few at a time. */
async function* locatedOf<T>(
  path: string,
  names: readonly string[],
  work: (files: string[]) => AsyncIterable<T>,
): AsyncGenerator<T> {
  if (!isS3(path)) {
    yield* work(names.map((name) => join(path, name)));
    return;
  }
  const prefix = S3Prefix.open(path);
  for (let from = 0; from < names.length; from += fetched) {
    const folder = await mkdtemp(join(tmpdir(), "geodrift-pictures-"));
    try {
      const files: string[] = [];
      for (const [i, name] of names.slice(from, from + fetched).entries()) {
        const file = join(folder, `${i}${extname(name)}`);
        if (!(await prefix.hash(name, file))) throw new GeodriftError("data", `${path}/${name}: is gone`);
        files.push(file);
      }
      yield* work(files);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Names of the pictures of a shard.
 * @throws GeodriftError `data` if the folder does not hold what was planned up to the shard's end, or more behind the last one
 */
async function namesOfShard(run: RunFolder, plan: LocatePlan, shard: number): Promise<string[]> {
  const { consumed } = beginOf(plan, shard);
  const { until, chain: end } = plan.shards[shard];
  const names: string[] = [];
  let [seen, chain] = [0, ""];
  for await (const name of namesIn(plan.source.path)) {
    if (seen === until) {
      if (shard === plan.shards.length - 1) throw changedSource(run, plan);
      break;
    }
    chain = chained(chain, name);
    if (seen++ >= consumed) names.push(name);
  }
  if (chain !== end) throw changedSource(run, plan);
  return names;
}

/**
 * Answers are made anew from what they were made of; another file is not written over.
 * @throws GeodriftError `data` if one is in the place
 */
async function checkAnswers(out: string): Promise<void> {
  if (!existsSync(out)) return;
  let line = "";
  for await (const piece of createReadStream(out, { end: 2 ** 20, encoding: "utf8" })) line += piece;
  try {
    if (typeof JSON.parse(line.split("\n")[0]).image === "string") return;
  } catch {
    // Told below.
  }
  throw new GeodriftError("data", `${out}: holds something else than answers; move it away, or name another file`);
}

/**
 * Puts the answers together, in the order of the pictures.
 * @throws GeodriftError `data` if something else is in the place
 */
export async function finishLocating(
  run: RunFolder,
  markers: readonly ShardMarker[],
  out: string,
): Promise<{ rows: number; refused: number }> {
  await checkAnswers(out);
  const whole = `${out}.whole`;
  try {
    async function* bytes() {
      for (const { part } of markers) {
        if (!part) continue;
        const { path, close } = await run.open(part);
        try {
          yield* createReadStream(path);
        } finally {
          await close();
        }
      }
    }
    await pipeline(bytes, createWriteStream(whole));
    await synced(whole);
    await rename(whole, out);
  } finally {
    await rm(whole, { force: true });
  }
  const sum = (key: "rows" | "refused") => markers.reduce((total, marker) => total + marker[key], 0);
  return { rows: sum("rows"), refused: sum("refused") };
}
