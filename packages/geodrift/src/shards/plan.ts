/** Work on many pictures, cut into shards: what is done, in which order, and where each shard begins and ends. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { batchItems, chained } from "../embed/batches.js";
import { provenance } from "../embed/embeddings-file.js";
import { type Embedding, openEmbedding } from "../embed/opened.js";
import { readJsonFile, writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { isEncoderName } from "../models/encoders.js";

const whole = z.int().positive();

/** Schema of `plan.json`. */
export const shardPlan = z.strictObject({
  version: z.literal(1),
  command: z.literal("embed"),
  /** The source as it was named, and where it lies. */
  source: z.strictObject({ named: z.string(), path: z.string(), ready: z.string().optional() }),
  /** The same of the encoder; absent where the embeddings that lie ready say which. */
  encoder: z.strictObject({ named: z.string(), path: z.string() }).optional(),
  /** What the parts say of themselves. */
  about: provenance,
  /** Items of a shard; the last one may have fewer. */
  items: whole,
  /** For every shard the first item of the source that is no longer in it, and a chain of hashes of all ids up to there. */
  shards: z.array(z.strictObject({ until: whole, chain: z.string() })).min(1),
});

/** A plan of shards. */
export type ShardPlan = z.infer<typeof shardPlan>;

const planFile = (run: string): string => join(run, "plan.json");

/** What is planned. */
export interface PlanOptions extends Embedding {
  /** Items of a shard, rounded up to whole batches. */
  items: number;
}

/**
 * Goes through a source, reading no picture, and writes down where shards of it begin. A folder that holds the very same plan is left
 * as it is.
 * @param run the folder of the work
 * @throws GeodriftError `data` if the source is empty, or the folder holds another plan; and as `openEmbedding`
 */
export async function planShards(run: string, { items: wanted, ...embedding }: PlanOptions): Promise<ShardPlan> {
  const { source, encoder, about } = await openEmbedding(embedding);
  await encoder?.dispose();
  const items = batchItems * Math.ceil(wanted / batchItems);
  const shards: ShardPlan["shards"] = [];
  let [count, chain] = [0, ""];
  for await (const { id } of source.items()) {
    chain = chained(chain, id);
    if (++count % items === 0) shards.push({ until: count, chain });
  }
  if (count === 0) throw new GeodriftError("data", `${embedding.path}: holds nothing to make shards of`);
  if (count % items !== 0) shards.push({ until: count, chain });
  const { path, ready, encoder: named } = embedding;
  const plan: ShardPlan = {
    version: 1,
    command: "embed",
    source: { named: path, path: resolve(path), ...(ready !== undefined && { ready }) },
    ...(named !== undefined && { encoder: { named, path: isEncoderName(named) ? named : resolve(named) } }),
    about: about(join(run, "table.parquet")),
    items,
    shards,
  };
  await mkdir(run, { recursive: true }).catch(cannotWrite(run));
  if (existsSync(planFile(run))) {
    if (!isDeepStrictEqual(await readPlan(run), plan))
      throw new GeodriftError("data", `${run}: holds another plan; name another folder, or move that one away`);
  } else await writeJsonFile(planFile(run), plan);
  return plan;
}

/**
 * Reads the plan of a run.
 * @throws GeodriftError `not-found`, `file` or `data` if it is missing or damaged
 */
export async function readPlan(run: string): Promise<ShardPlan> {
  if (!existsSync(planFile(run)))
    throw new GeodriftError("not-found", `${run}: holds no plan; "geodrift shards plan" makes one`);
  return readJsonFile(planFile(run), shardPlan);
}
