import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { type RatedLift, rateLifts, ratingKey, ratings } from "../evaluate/landmark/ratings.js";
import { type Column, cellOf, percentOf, tableOf, toMarkdown } from "../evaluate/table.js";
import { writeFilesAtomically } from "../files/atomic-file.js";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";
import { ratingPage } from "../lift/rating-page.js";

/** Flags of `geodrift rate`. */
export interface RateFlags {
  output: string;
  pairs: number;
  seed: number;
  key?: string;
  json?: boolean;
}

const columns: readonly Column<RatedLift>[] = [
  ["lift", (r) => r.lift],
  ["rating, 1 to 5", (r) => cellOf(r.rating, 2)],
  ["preferred in its pairs, %", (r) => percentOf(r.preferred)],
  ["answers", (r) => String(r.n)],
];

/** As much of a lift's manifest as is asked about. */
const manifest = z.object({ landmark: z.object({ title: z.string() }) });

/**
 * Makes a page on which people rate lifts, or sums up what they have said.
 * @throws GeodriftError `option` for fewer than two lifts, or a page that is none; for files that cannot be read; `disk`
 */
export async function runRate(files: readonly string[], flags: RateFlags): Promise<void> {
  if (flags.key !== undefined) return sumUp(files, flags.key, flags.json ?? false);
  const { output, pairs, seed } = flags;
  if (!/\.html$/i.test(output))
    throw new GeodriftError("option", `--output: the page is a .html file, got "${output}"`);
  if (files.length < 2)
    throw new GeodriftError("option", `two lifts and more are needed to be compared, got ${files.length}`);
  const lifts = await Promise.all(
    files.map(async (folder) => {
      const { landmark } = await readJsonFile(join(folder, "manifest.json"), manifest);
      const file = join(folder, "turntable.webp");
      return { title: landmark.title, turntable: await readFile(file).catch(cannotRead(file)) };
    }),
  );
  const titles = [...new Set(lifts.map(({ title }) => title))];
  if (titles.length > 1)
    throw new GeodriftError("option", `lifts of one landmark are compared, and these are of ${titles.join(", ")}`);
  const { html, set, names } = ratingPage(lifts, pairs, seed);
  const twice = names.findIndex((name, k) => names.indexOf(name) !== k);
  if (twice >= 0)
    throw new GeodriftError("option", `${files[twice]} looks the same as ${files[names.indexOf(names[twice])]}`);
  const key = output.replace(/\.html$/i, ".key.json");
  const lines = JSON.stringify({ set, lifts: Object.fromEntries(names.map((name, k) => [name, files[k]])) }, null, 1);
  await writeFilesAtomically([
    [output, Buffer.from(html)],
    [key, Buffer.from(`${lines}\n`)],
  ]);
  process.stdout.write(`${output}\n${key}\n`);
}

async function sumUp(files: readonly string[], keyFile: string, json: boolean): Promise<void> {
  const key = await readJsonFile(keyFile, ratingKey);
  const given = await Promise.all(files.map(async (file) => ({ file, ratings: await readJsonFile(file, ratings) })));
  const rows = rateLifts(key, given);
  const title = `What ${given.length === 1 ? "one person has" : `${given.length} people have`} said`;
  process.stdout.write(
    json ? `${JSON.stringify(rows)}\n` : `${toMarkdown(tableOf("ratings", title, columns, rows))}\n`,
  );
}
