/** `geodrift library`: an archive's pictures, without changing one. */

import { GeodriftError } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { defaultLibrary } from "../library/default-library.js";
import { exportFormats } from "../library/export/formats.js";
import { states } from "../library/states.js";
import { roles } from "../library/store/people.js";
import { namedPriorRule } from "../locate/contract.js";
import { offsetOf } from "../pictures/taken-time.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** What the commands do, and the index with it, loaded when one of them runs: no other command waits for it. */
const running = () => import("./library-run.js");

const libraryOption = () =>
  new Option(
    "--library <folder|postgres://…>",
    "folder of the index, or the address of a database; GEODRIFT_LIBRARY or one of the platform's folders if left out",
  ).default(defaultLibrary(), "the usual one");

/** `geodrift library`. */
export function define(library: Command, { exit }: Invocation): void {
  const command = (name: string, description: string) =>
    library.command(name).description(description).addOption(libraryOption()).exitOverride().showSuggestionAfterError();

  command("add", "take folders of pictures into the index, or look at them again; nothing in them is changed")
    .argument("<folder...>", "folders of pictures")
    .action(async (folders, flags) => exit(await (await running()).add(folders, flags)));

  command(
    "forget",
    "take folders out of the index, with what was decided about their pictures; nothing in them is changed",
  )
    .argument("<folder...>", "folders that were added")
    .action(async (folders, flags) => (await running()).forget(folders, flags));

  command("status", "what the library holds")
    .option("--json", "as JSON")
    .action(async (flags) => (await running()).status(flags));

  command("list", "pictures and their estimates")
    .addOption(new Option("--state <state>", "of one state alone").choices(states))
    .option("--text <part>", "whose path or camera has this in it")
    .option("--camera <name>", "of one camera, as it calls itself")
    .option("--where <place>", "that stand within a place by name, within:KM:LAT,LNG or not:NAME, whoever says so")
    .option("--from <date>", "taken on this day or later, as 2024-05-01", day)
    .option("--to <date>", "taken on this day or before", day)
    .option("--limit <n>", "at most so many", wholeNumber(1, 1_000_000), 100)
    .option("--json", "one JSON object per picture and line")
    .action(async (flags) => (await running()).list(flags));

  command("duplicates", "pictures with the same bytes, or that look alike; none is touched")
    .option("--limit <n>", "at most so many groups", wholeNumber(1, 1_000_000), 100)
    .option("--json", "one JSON object per group and line")
    .action(async (flags) => exit(await (await running()).listDuplicates(flags)));

  command("locate", "estimate where the pictures of the queue were taken")
    .option("--model <name|folder|file>", "model; the default of the settings, else earth")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--prior <where>", `what is known of all of them: ${namedPriorRule}; several with ; between them`)
    .option(
      "--time-neighbours <minutes>",
      "take in where pictures were taken so shortly before or after",
      decimalNumber(0, 100_000),
    )
    .option("--album", "take in where other pictures of the same folder were taken")
    .option("--gpx <file...>", "take in where tracks were at the time")
    .option("--clock <±HH:MM>", "what the camera's clock is ahead of UTC, where its files do not say", clock)
    .option("--again", "also those that a model has looked at already")
    .option("--limit <n>", "at most so many", wholeNumber(1, 10_000_000))
    .action(async (flags) => exit(await (await running()).locate(flags)));

  command("export", "pictures whose place is known, and who says so")
    .addOption(
      new Option("--format <format>", "CSV, GeoJSON, KML, or CSV of Darwin Core terms")
        .choices(Object.keys(exportFormats))
        .default("csv"),
    )
    .option("-o, --out <file>", "file; standard output if left out")
    .option("--obscure", "a cell of 0.2 degrees in place of a point")
    .action(async (flags) => (await running()).exportAll(flags));

  // No option of its own: it would take those of the commands below it.
  const people = library
    .command("people")
    .description("who may ask a server of the library, each by a token of their own")
    .exitOverride()
    .showSuggestionAfterError();
  const ofPeople = (name: string, description: string) =>
    people.command(name).description(description).addOption(libraryOption()).exitOverride().showSuggestionAfterError();
  ofPeople("list", "all who have a token, or had one")
    .option("--json", "as JSON")
    .action(async (flags) => (await running()).listPeople(flags));
  ofPeople("add", "give a person a token, which is shown once and kept as its hash alone")
    .argument("<name>", "of the person")
    .addOption(new Option("--role <role>", "what they may do").choices(roles).default("reviewer"))
    .action(async (name, flags) => (await running()).addToPeople(name, flags));
  ofPeople("revoke", "take a person's token away; what they have said stays theirs")
    .argument("<name>", "of the person")
    .action(async (name, flags) => (await running()).revokeFromPeople(name, flags));

  library
    .command("copy")
    .description("copy a library into an empty folder or database, with all that was decided, and the log of sidecars")
    .argument("<from>", "folder, or postgres://…")
    .argument("<to>", "folder, or postgres://…")
    .exitOverride()
    .showSuggestionAfterError()
    .action(async (from, to) => (await running()).copy(from, to));
}

function clock(text: string): number {
  const minutes = offsetOf(text);
  if (minutes === undefined) throw new GeodriftError("option", `--clock: as +02:00 or -05:30, got "${text}"`);
  return minutes;
}

/** Midnight by the camera's clock, milliseconds. */
function day(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The 31st of February is none, and not the 2nd of March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    throw new GeodriftError("option", `a day is written as 2024-05-01, got "${text}"`);
  return at;
}
