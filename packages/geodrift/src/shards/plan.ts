/** Work on many pictures, cut into shards: what is done, in which order, and where each shard begins and ends. */
import { writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { batchItems, chained } from "../embed/batches.js";
import { provenance } from "../embed/embeddings-file.js";
import { parseJson } from "../files/json-file.js";
import { decodeText } from "../files/text.js";
import { parseWith } from "../files/validation.js";
import { modelDescription } from "../models/schema.js";
import { parts } from "../split/split.js";
import type { RunFolder } from "./run-folder.js";

const whole = z.int().positive();
/** As it was named, and where it lies: tasks run elsewhere. */
const named = { named: z.string(), path: z.string() };

const cut = {
  version: z.literal(1),
  /** Items of a shard; the last one may have fewer. */
  items: whole,
  /** For every shard the first item of the source that is no longer in it, and a chain of hashes of all ids up to there. */
  shards: z.array(z.strictObject({ until: whole, chain: z.string() })).min(1),
};

const embedPlan = z.strictObject({
  ...cut,
  command: z.literal("embed"),
  source: z.strictObject({ ...named, ready: z.string().optional() }),
  /** Absent where the embeddings that lie ready say which. */
  encoder: z.strictObject(named).optional(),
  /** What the parts say of themselves. */
  about: provenance,
});

const locatePlan = z.strictObject({
  ...cut,
  command: z.literal("locate"),
  source: z.strictObject(named),
  model: z.strictObject({ ...named, sha256: z.string() }),
  /** As of the command. */
  options: z.strictObject({
    encoder: z.string().optional(),
    samples: whole,
    steps: whole.optional(),
    guidance: z.number().nonnegative(),
    seed: z.int().nonnegative(),
    solver: z.string().optional(),
    abstain: z.number().optional(),
    /** What is known besides, and of a file its hash. */
    prior: z.strictObject({ ...named, sha256: z.string().optional() }).optional(),
  }),
});

const evaluatePlan = z.strictObject({
  version: z.literal(1),
  items: whole,
  /** What a dataset holds is told by its fingerprint, whole. */
  shards: z.array(z.strictObject({ until: whole })).min(1),
  command: z.literal("evaluate"),
  source: z.strictObject({
    ...named,
    /** As the dataset names itself. */
    name: z.string(),
    fingerprint: z.string(),
    split: z.strictObject({ ...named, parts: z.array(z.enum(parts)) }).optional(),
  }),
  model: z.strictObject({ ...named, sha256: z.string(), description: modelDescription }),
  /** As of the command. */
  options: z.strictObject({
    encoder: z.string().optional(),
    samples: whole,
    steps: whole.optional(),
    solver: z.string().optional(),
    guidance: z.number().nonnegative(),
    seed: z.int().nonnegative(),
    likelihoods: whole.optional(),
    whole: whole.optional(),
  }),
});

/** Schema of `plan.json`. */
export const shardPlan = z.discriminatedUnion("command", [embedPlan, locatePlan, evaluatePlan]);

/** A plan of shards. */
export type ShardPlan = z.infer<typeof shardPlan>;
/** Of pictures that are embedded. */
export type EmbedPlan = z.infer<typeof embedPlan>;
/** Of pictures that are located. */
export type LocatePlan = z.infer<typeof locatePlan>;
/** Of a dataset that a model is evaluated on. */
export type EvaluatePlan = z.infer<typeof evaluatePlan>;
/** Of pictures that are gone through one after another, by their names. */
type ListedPlan = EmbedPlan | LocatePlan;

const planFile = "plan.json";

/**
 * Cuts a source into shards.
 * @param source its name, for the sentence
 * @param ids of its items, in order
 * @param wanted items of a shard, rounded up to whole batches
 * @throws GeodriftError `data` if there are none
 */
export async function shardsOf(
  source: string,
  ids: AsyncIterable<string> | Iterable<string>,
  wanted: number,
): Promise<Pick<ListedPlan, "version" | "items" | "shards">> {
  const items = batchItems * Math.ceil(wanted / batchItems);
  const shards: ListedPlan["shards"] = [];
  let [count, chain] = [0, ""];
  for await (const id of ids) {
    chain = chained(chain, id);
    if (++count % items === 0) shards.push({ until: count, chain });
  }
  if (count === 0) throw new GeodriftError("data", `${source}: holds nothing to make shards of`);
  if (count % items !== 0) shards.push({ until: count, chain });
  return { version: 1, items, shards };
}

/**
 * Writes a plan where its work is to lie. Where the very same one is, it is left as it is.
 * @throws GeodriftError `data` if there is another
 */
export async function writePlan<T extends ShardPlan>(run: RunFolder, plan: T): Promise<T> {
  const there = await run.read(planFile);
  if (!there)
    await run.place(
      (file) => writeFile(file, `${JSON.stringify(plan, null, 2)}\n`),
      () => planFile,
    );
  else if (!isDeepStrictEqual(await readPlan(run), plan))
    throw new GeodriftError("data", `${run.name}: holds another plan; name another folder, or move that one away`);
  return plan;
}

/**
 * Reads the plan of a run.
 * @throws GeodriftError `not-found`, `file` or `data` if it is missing or damaged
 */
export async function readPlan(run: RunFolder): Promise<ShardPlan> {
  const bytes = await run.read(planFile);
  if (!bytes) throw new GeodriftError("not-found", `${run.name}: holds no plan; "geodrift shards plan" makes one`);
  const subject = `${run.name}/${planFile}`;
  return parseWith(shardPlan, parseJson(decodeText(bytes), subject), subject);
}

/** What is thrown where a source is no longer what was planned. */
export const changedSource = (run: RunFolder, { source: { path } }: ShardPlan): GeodriftError =>
  new GeodriftError("data", `${path}: is no longer what ${run.name} was planned for; plan it anew in another folder`);

/** Where a shard begins: items before it, and the chain over their ids. */
export const beginOf = ({ items, shards }: ListedPlan, shard: number): { consumed: number; chain: string } => ({
  consumed: shard * items,
  chain: shards[shard - 1]?.chain ?? "",
});
