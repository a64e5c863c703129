/**
 * XMP sidecars: whose they are. `photo.jpg.xmp` (darktable, digiKam, Immich) is of `photo.jpg`; `photo.xmp` (Lightroom, Apple) of the
 * picture of that name, or, where there are several, of the one whose ending it names (photoshop:SidecarForExtension).
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { isMendable } from "@geodrift/core/errors";
import { decodeText } from "../files/text.js";
import type { Sidecar } from "./metadata.js";
import { isPictureFile, isRawFile } from "./picture-names.js";
import { readXmp } from "./read-xmp.js";

/** A larger sidecar is none. */
export const mostSidecarBytes = 16 * 2 ** 20;

/** Names are the same whatever their case, and whether accents are composed, as some file systems have them, or not. */
const same = (name: string): string => name.normalize("NFC").toLowerCase();

const stem = (name: string): string => name.slice(0, name.length - extname(name).length);

/**
 * Names that a picture's sidecar may have, the one that is believed first: `photo.jpg.xmp`, and `photo.xmp` as some
 * programs have it.
 */
export const sidecarNames = (picture: string): [own: string, ofStem: string] => [
  `${picture}.xmp`,
  `${stem(picture)}.xmp`,
];

/** A file that may be a picture's sidecar. */
export interface SidecarFile {
  /** Of the file in the picture's folder. */
  name: string;
  /** Other pictures that it may be of. */
  shared: readonly string[];
}

/**
 * Finds the sidecars of pictures among the names in their folder. A name that differs in its case, or in how accents are written, is a
 * picture's if no other picture has it to the letter: `PHOTO.jpg.xmp` beside `PHOTO.jpg` and `photo.jpg` is of the first alone.
 */
export function sidecarFinder(names: readonly string[]): (picture: string) => SidecarFile[] {
  const [packets, pictures] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const toTheLetter = new Set<string>();
  const add = (to: Map<string, string[]>, key: string, name: string) => to.set(key, [...(to.get(key) ?? []), name]);
  for (const name of names) {
    if (/\.xmp$/i.test(name)) add(packets, same(name), name);
    else if (isPictureFile(name)) {
      add(pictures, same(stem(name)), name);
      for (const own of sidecarNames(name)) toTheLetter.add(own);
    }
  }
  return (picture) =>
    sidecarNames(picture).flatMap((wanted, i): SidecarFile[] => {
      const named = packets.get(same(wanted)) ?? [];
      const exact = named.includes(wanted);
      const name = exact ? wanted : named.find((other) => !toTheLetter.has(other));
      if (name === undefined) return [];
      const others = (pictures.get(same(stem(picture))) ?? []).filter((other) => other !== picture);
      const shared = exact ? others.filter((other) => stem(other) === stem(picture)) : others;
      // By its whole name it is of one picture, unless several differ in their case alone and it is none's to the letter.
      const alike = exact ? [] : others.filter((other) => same(other) === same(picture));
      return [{ name, shared: i === 0 ? alike : shared }];
    });
}

/** The folder that was asked for last: pictures are asked for one after another, and listing a large folder takes long. */
let last: { folder: string; modified: number; find: ReturnType<typeof sidecarFinder> } | undefined;

/** The same for a file that was named alone. */
export async function sidecarsBeside(file: string): Promise<SidecarFile[]> {
  const folder = dirname(file);
  const modified = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Number.NaN;
  if (last?.folder !== folder || last.modified !== modified) {
    const names = await readdir(folder).catch(() => []);
    last = { folder, modified, find: sidecarFinder(names) };
  }
  return last.find(basename(file));
}

/**
 * Reads a picture's sidecars, those that are its own.
 * @param picture its path
 * @returns texts, the one that is believed first, and why others are not used
 */
export async function readSidecars(
  picture: string,
  files: readonly SidecarFile[],
): Promise<{ sidecars: Sidecar[]; notes: string[] }> {
  const [sidecars, notes]: [Sidecar[], string[]] = [[], []];
  for (const { name, shared } of files) {
    const path = join(dirname(picture), name);
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) continue;
    if (info.size > mostSidecarBytes) {
      notes.push(`${name} is not used: it has ${info.size} bytes, where an XMP file has at most ${mostSidecarBytes}`);
      continue;
    }
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) continue;
    const text = decodeText(bytes);
    const why = notOf(basename(picture), name, shared, text);
    if (why === undefined) sidecars.push({ name, text });
    else notes.push(why);
  }
  return { sidecars, notes };
}

/** Why a sidecar is not of a picture; undefined if it is. */
function notOf(picture: string, name: string, shared: readonly string[], text: string): string | undefined {
  if (same(name) === same(`${picture}.xmp`) && shared.length === 0) return undefined;
  let extension: string | undefined;
  try {
    extension = readXmp(text).get("photoshop", "SidecarForExtension")?.replace(/^\./, "");
  } catch (e) {
    // Said where it is read.
    if (!isMendable(e)) throw e;
  }
  if (extension !== undefined)
    return extension.toLowerCase() === extname(picture).slice(1).toLowerCase()
      ? undefined
      : `${name} is not used: it says that it is of the .${extension} file`;
  // A raw file and the picture that the camera made of it are one shot.
  const rendered = [picture, ...shared].filter((other) => !isRawFile(other));
  return shared.length === 0 || rendered.length <= 1
    ? undefined
    : `${name} is not used: it may be of ${[picture, ...shared].sort().join(" or ")}, and does not say of which`;
}
