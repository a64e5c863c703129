import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { checkReplaceable, type EmbedManifest, keptOf, manifestFile, refusedFile } from "../embed/embed.js";
import type { EmbeddedRow, Provenance } from "../embed/embeddings-file.js";
import { encoderNameFrom } from "../embed/opened.js";
import { Seen } from "../embed/seen.js";
import { refusedHead } from "../embed/work-in-progress.js";
import { writeTable } from "../embed/write-table.js";
import { alone } from "../files/alone.js";
import { toCsvRows } from "../files/csv.js";
import { sha256OfFile } from "../files/hash.js";
import { writeJsonFile } from "../files/json-file.js";
import { cannotRead, cannotWrite } from "../files/system-error.js";
import { rowsOf, type ShardMarker, type ShardRefusal, stateOf } from "./part.js";
import { readPlan } from "./plan.js";
import { arraySpec } from "./status.js";

/**
 * Puts the shards together to the table that `embed` makes by itself, byte for byte on one kind of processor: of several of the same
 * picture the first counts, wherever the others are. Run it again after a stop.
 * @param out the table; refusals and a manifest are written beside it
 * @throws GeodriftError `data` if shards are missing or damaged, saying which, or a table of something else is in the place
 */
export async function finishShards(run: string, out: string): Promise<EmbedManifest> {
  return alone(out, () => finishAlone(run, out)).catch(cannotWrite(out));
}

async function finishAlone(run: string, out: string): Promise<EmbedManifest> {
  const plan = await readPlan(run);
  const markers: ShardMarker[] = [];
  const left: number[] = [];
  let reason = "";
  for (let shard = 0; shard < plan.shards.length; shard++) {
    const there = await stateOf(run, shard);
    if (there.state === "done") markers.push(there.marker);
    else left.push(shard);
    if (there.state === "damaged") reason ||= ` (${there.reason})`;
  }
  if (left.length > 0)
    throw new GeodriftError(
      "data",
      `${run}: ${left.length} of ${plan.shards.length} shards are still to be made, ${arraySpec(left)}${reason}`,
    );
  const about: Provenance = {
    ...plan.about,
    encoder: { ...plan.about.encoder, name: encoderNameFrom(plan.encoder?.path ?? plan.about.encoder.name, out) },
  };
  await checkReplaceable(out, about);
  const [whole, aside] = [`${out}.whole`, `${refusedFile(out)}.whole`];
  const refusals = await openRefusals(aside);
  const seen = new Seen();
  async function* kept(): AsyncGenerator<EmbeddedRow[]> {
    for (const marker of markers) yield* keptOfShard(run, marker, seen, refusals.add);
  }
  try {
    const rows = await writeTable(whole, about, kept());
    const refused = await refusals.close();
    const sha256 = await sha256OfFile(whole);
    // Of one program it is what that program says by itself.
    const made = [...new Set(markers.map((m) => m.versions))].join("; ");
    const manifest: EmbedManifest = { ...about, rows, refused, sha256, versions: made };
    await writeJsonFile(manifestFile(out), manifest);
    await rename(aside, refusedFile(out));
    await rename(whole, out);
    return manifest;
  } finally {
    await refusals.close();
    for (const file of [whole, aside]) await rm(file, { force: true });
  }
}

/** The rows of a shard that count, in pieces; what does not count is handed to `refuse`, in the order of the items. */
async function* keptOfShard(
  run: string,
  marker: ShardMarker,
  seen: Seen,
  refuse: (refusal: { id: string; reason: string }) => Promise<void>,
): AsyncGenerator<EmbeddedRow[]> {
  const waiting = refusalsOf(run, marker);
  let next = await waiting.next();
  let item = 0;
  const refusedBefore = async () => {
    for (; !next.done && next.value.item === item; next = await waiting.next(), item++) await refuse(next.value);
  };
  for await (const rows of rowsOf(run, marker)) {
    const own: EmbeddedRow[] = [];
    for (const row of rows) {
      await refusedBefore();
      const kept = keptOf({ id: row.id, row }, seen);
      if ("row" in kept) own.push(kept.row);
      else await refuse(kept);
      item++;
    }
    yield own;
  }
  await refusedBefore();
}

async function* refusalsOf(run: string, { refusals }: ShardMarker): AsyncGenerator<ShardRefusal> {
  if (!refusals) return;
  const text = await readFile(join(run, refusals.file), "utf8").catch(cannotRead(join(run, refusals.file)));
  // Not by `readline`, which also ends lines where names may have marks.
  for (const line of text.split("\n")) if (line) yield JSON.parse(line);
}

/** The file of refusals as `embed` writes it. */
async function openRefusals(file: string) {
  const handle = await open(file, "w");
  let [count, closed] = [0, false];
  await handle.write(refusedHead);
  return {
    async add({ id, reason }: { id: string; reason: string }) {
      await handle.write(toCsvRows([[id, reason]]));
      count++;
    },
    /** @returns how many there were */
    async close(): Promise<number> {
      if (closed) return count;
      closed = true;
      await handle.sync();
      await handle.close();
      return count;
    },
  };
}
