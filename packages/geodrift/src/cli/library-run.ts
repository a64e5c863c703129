/** What the commands of `geodrift library` do. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { writeFileAtomically } from "../files/atomic-file.js";
import { printable } from "../files/printable.js";
import { duplicates } from "../library/duplicates.js";
import { estimateQueue } from "../library/estimate-queue.js";
import { exportedPictures } from "../library/export/exported.js";
import { type ExportFormat, exportFormats } from "../library/export/formats.js";
import { forgetFolder } from "../library/forget.js";
import type { Library } from "../library/library.js";
import { engineLocator } from "../library/locate-picture.js";
import { takeLooks } from "../library/looks.js";
import { copyLibrary, openLibrary } from "../library/open-library.js";
import { addPerson, people, type Role, revokePerson } from "../library/people.js";
import { allPictures, type ListedPicture, overview } from "../library/pictures.js";
import { scanFolder } from "../library/scan.js";
import { type State, states } from "../library/states.js";
import { readGpxFile } from "../library/tracks.js";
import { namedPriorRule } from "../locate/contract.js";
import { namedPriors } from "../locate/named-prior.js";
import { checkModelName } from "../models/load.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { formatLatLng } from "../places/format.js";
import { progress } from "./progress.js";
import { exitCodes, reportError, worse } from "./report-error.js";
import { readUserConfig } from "./user-config.js";

interface InLibrary {
  library: string;
}

async function within<T>(folder: string, work: (library: Library) => Promise<T>, create = false): Promise<T> {
  const library = await openLibrary(folder, { create });
  try {
    return await work(library);
  } finally {
    await library.close();
  }
}

/**
 * `geodrift library add`: takes folders in, or looks at them again.
 * @returns the exit code
 */
export async function add(folders: string[], flags: InLibrary): Promise<number> {
  // No library is made for folders that are not there.
  if (folders.every((folder) => !existsSync(folder))) {
    for (const folder of folders) process.stderr.write(`${folder}: no such folder\n`);
    return exitCodes.failed;
  }
  return within(
    flags.library,
    async (library) => {
      let code: number = exitCodes.done;
      const reader = new PictureProcesses();
      for (const folder of folders) {
        try {
          const { found, read, missing } = await scanFolder(library, folder, { reader });
          const gone = missing > 0 ? `, ${missing} gone` : "";
          process.stdout.write(`${folder}: ${found} pictures, ${read} new or changed${gone}\n`);
        } catch (e) {
          code = worse(code, e);
          reportError(e);
        }
      }
      return code;
    },
    true,
  );
}

/**
 * `geodrift library forget`: takes folders out of the index.
 * @throws GeodriftError `not-found` for a folder that the library does not have
 */
export const forget = (folders: string[], flags: InLibrary): Promise<void> =>
  within(flags.library, async (library) => {
    for (const folder of folders)
      process.stdout.write(`${folder}: ${await forgetFolder(library, folder)} pictures forgotten\n`);
  });

const words: Record<State, string> = {
  located: "with a place in their files",
  queue: "without a place",
  accepted: "accepted, not yet written",
  written: "written",
  rejected: "rejected",
  "not-a-place": "that show no place",
  unreadable: "that cannot be read",
};

/** `geodrift library status`: how many pictures there are, by state. */
export const status = (flags: InLibrary & { json?: boolean }): Promise<void> =>
  within(flags.library, async (library) => {
    const all = await overview(library);
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(all)}\n`);
      return;
    }
    if (all.folders.length === 0) process.stdout.write("no pictures yet: geodrift library add FOLDER\n");
    for (const { path, pictures } of all.folders) process.stdout.write(`${printable(path)}: ${pictures} pictures\n`);
    for (const state of states)
      if (all.counts[state] > 0) process.stdout.write(`${all.counts[state]} ${words[state]}\n`);
    if (all.unestimated > 0) process.stdout.write(`${all.unestimated} of those without a place have no estimate yet\n`);
    if (all.missing > 0) process.stdout.write(`${all.missing} are no longer there\n`);
    for (const { path, error } of all.unrecovered) process.stdout.write(`${path}: ${error}\n`);
  });

interface ListFlags extends InLibrary {
  state?: State;
  text?: string;
  camera?: string;
  where?: string;
  /** Midnights by the camera's clock, milliseconds. */
  from?: number;
  to?: number;
  limit: number;
  json?: boolean;
}

/** `geodrift library list`: pictures one a line, as text or JSON. */
export const list = ({ library: folder, json, limit, to, ...flags }: ListFlags): Promise<void> =>
  within(folder, async (library) => {
    // The last day is one of them.
    const filter = { ...flags, ...(to !== undefined && { to: to + dayMs }) };
    for await (const p of allPictures(library, filter, limit)) {
      const place = placeOf(p);
      process.stdout.write(
        json
          ? `${JSON.stringify(p)}\n`
          : `${printable(p.path)}: ${p.state}${place ? `; ${place}` : ""}${p.notes.length > 0 ? `; note: ${printable(p.notes.join("; "))}` : ""}\n`,
      );
    }
  });

const dayMs = 86_400_000;

/**
 * `geodrift library duplicates`: groups of pictures with the same bytes or look; looks at those first that nobody has looked at.
 * @returns the exit code
 */
export const listDuplicates = (flags: InLibrary & { limit: number; json?: boolean }): Promise<number> =>
  within(flags.library, async (library) => {
    const reader = new PictureProcesses();
    let bar: ReturnType<typeof progress> | undefined;
    try {
      const { failed } = await takeLooks(library, reader, {
        onProgress({ of }) {
          bar ??= progress(of);
          bar.advance(1);
        },
      });
      bar?.stop();
      const { groups, of } = await duplicates(library, { from: 0, limit: flags.limit });
      for (const { kind, pictures, count } of groups)
        process.stdout.write(
          flags.json
            ? `${JSON.stringify({ kind, pictures: pictures.map(({ id, path }) => ({ id, path })) })}\n`
            : `${kind === "bytes" ? "the same" : "alike"}: ${pictures.map(({ path }) => printable(path)).join("; ")}${count > pictures.length ? `; and ${count - pictures.length} more` : ""}\n`,
        );
      if (!flags.json)
        process.stdout.write(
          `${of} ${of === 1 ? "group" : "groups"}${of > groups.length ? `, of which ${groups.length} are listed` : ""}\n`,
        );
      if (failed > 0) process.stderr.write(`geodrift: ${failed} pictures could not be looked at\n`);
      return failed > 0 ? exitCodes.failed : exitCodes.done;
    } finally {
      bar?.stop();
      await reader.close();
    }
  });

/** What is known of a picture's place, in a few words: decided, recorded, or estimated. */
function placeOf({ state, decided, recorded, estimate, error }: ListedPicture): string {
  if (decided) return `${decided.place} (${decided.source === "person" ? "a person's pin" : "an estimate"})`;
  if (recorded) return formatLatLng(recorded);
  if (error !== null) return error;
  return estimate && state === "queue" ? `${estimate.place}, ${estimate.bits.toFixed(1)} bits` : "";
}

interface LocateFlags extends InLibrary {
  model?: string;
  encoder?: string;
  seed: number;
  guidance: number;
  prior?: string;
  timeNeighbours?: number;
  album?: boolean;
  gpx?: string[];
  clock?: number;
  again?: boolean;
  limit?: number;
}

/**
 * `geodrift library locate`: locates the queue with what is known besides.
 * @returns the exit code
 */
export async function locate(flags: LocateFlags): Promise<number> {
  const model = flags.model ?? (await readUserConfig()).default ?? "earth";
  checkModelName(model);
  const { prior } = flags;
  if (prior !== undefined) await namedPriors(prior, `--prior: ${namedPriorRule} is needed`);
  const tracks = await Promise.all((flags.gpx ?? []).map(async (file) => ({ file, points: await readGpxFile(file) })));
  return within(flags.library, async (library) => {
    for (const { file, points } of tracks) await library.store.tracks.keep(resolve(file), points);
    const { encoder, seed, guidance } = flags;
    const locator = engineLocator({ model, encoder, seed, guidance, prior });
    let bar: ReturnType<typeof progress> | undefined;
    let code: number = exitCodes.done;
    try {
      const done = await estimateQueue(library, locator.locate, {
        ...flags,
        track: tracks.length > 0,
        clockMinutes: flags.clock,
        onProgress: ({ of }) => {
          bar ??= progress(of);
          bar.advance(1);
        },
        onFailure(path, thrown) {
          code = worse(code, thrown);
          reportError(thrown, path);
        },
      });
      bar?.stop();
      const none = done.of === 0 && !flags.again ? "; --again looks at those that have one already" : "";
      process.stdout.write(`${done.done} of ${done.of} pictures have an estimate now${none}\n`);
      return code;
    } finally {
      bar?.stop();
      await locator.close();
    }
  });
}

interface ExportFlags extends InLibrary {
  format: ExportFormat;
  out?: string;
  obscure?: boolean;
}

/**
 * `geodrift library export`: pictures whose place is known, to a file or standard output.
 * @throws GeodriftError `disk` if the file cannot be written
 */
export const exportAll = ({ library: folder, format, out, obscure }: ExportFlags): Promise<void> =>
  within(folder, async (library) => {
    const pictures = await exportedPictures(library, { obscure });
    const text = exportFormats[format](pictures);
    if (pictures.length === 0)
      process.stderr.write("geodrift: no picture has a place of its own or one that was accepted yet\n");
    if (out === undefined) {
      process.stdout.write(text);
      return;
    }
    await writeFileAtomically(out, Buffer.from(text));
    process.stdout.write(`${out}: ${pictures.length} pictures\n`);
  });

/** `geodrift library people list`: who has, or had, a token. */
export const listPeople = (flags: InLibrary & { json?: boolean }): Promise<void> =>
  within(flags.library, async (library) => {
    const all = await people(library);
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(all)}\n`);
      return;
    }
    if (all.length === 0) process.stdout.write("nobody: whoever reaches a server of this library may do all\n");
    for (const { name, role, revoked } of all)
      process.stdout.write(`${printable(name)}: ${role}${revoked ? ", without a token" : ""}\n`);
  });

/**
 * `geodrift library people add`: gives a person a token.
 * @throws GeodriftError `conflict` where they have one
 */
export const addToPeople = (name: string, flags: InLibrary & { role: Role }): Promise<void> =>
  within(flags.library, async (library) => {
    process.stdout.write(`${await addPerson(library, name, flags.role)}\n`);
  });

/**
 * `geodrift library people revoke`: takes a person's token away.
 * @throws GeodriftError `not-found` where they have none
 */
export const revokeFromPeople = (name: string, flags: InLibrary): Promise<void> =>
  within(flags.library, async (library) => {
    await revokePerson(library, name);
    process.stdout.write(`${printable(name)} has no token any more\n`);
  });

/**
 * `geodrift library copy`: one library into another.
 * @throws GeodriftError `refused` where the other holds something
 */
export async function copy(from: string, to: string): Promise<void> {
  const rows = new Map<string, number>();
  await copyLibrary(from, to, (table, more) => rows.set(table, (rows.get(table) ?? 0) + more));
  const copied = ["pictures", "estimates", "decisions"].map((table) => `${rows.get(table) ?? 0} ${table}`);
  process.stdout.write(`copied ${copied.join(", ")}\n`);
}
