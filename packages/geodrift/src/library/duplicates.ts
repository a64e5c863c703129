/** Pictures that an archive has more than once: the same bytes, or the same look. */
import type { z } from "zod";
import type { duplicates as duplicatesSchema } from "./contract.js";
import type { Library } from "./library.js";
import { listedOf } from "./pictures.js";
import type { LookRecord } from "./store/looks.js";

/** Pictures that are the same, or look it. */
export interface DuplicateGroup {
  kind: "bytes" | "look";
  /** Numbers, lowest first. */
  pictures: number[];
}

/** Groups of pictures, each with what is said of it. */
export type Duplicates = z.infer<typeof duplicatesSchema>;

/** Bits of 64 in which pictures that look alike may differ: the same photograph smaller, recompressed, slightly brighter. */
export const mostApart = 4;

/** Of words of 64 bits that differ in four at most, one of five pieces is the same. */
const pieces = [13, 13, 13, 13, 12];

/**
 * Groups of pictures with the same bytes, or whose looks differ in four bits of 64 at most, also by way of a third; those that stand
 * alone are left out.
 * @param looks by number
 * @returns groups by the lowest number in them
 */
export function groupDuplicates(looks: readonly LookRecord[]): DuplicateGroup[] {
  const root = Int32Array.from(looks, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (root[at] !== at) {
      root[at] = root[root[at]];
      at = root[at];
    }
    return at;
  };
  const join = (a: number, b: number) => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) root[Math.max(x, y)] = Math.min(x, y);
  };
  const byBytes = new Map<string, number>();
  const distinct: number[] = [];
  for (const [i, { sha256 }] of looks.entries()) {
    const first = byBytes.get(sha256);
    if (first !== undefined) {
      join(first, i);
      continue;
    }
    byBytes.set(sha256, i);
    distinct.push(i);
  }
  // Equal looks are one: of ten thousand, only as many are compared as there are different ones.
  const byLook = new Map<string, number>();
  const different = distinct.filter((i) => {
    const { look } = looks[i];
    if (look === null || isPlain(look)) return false;
    const first = byLook.get(look);
    if (first === undefined) byLook.set(look, i);
    else join(first, i);
    return first === undefined;
  });
  joinAlike(
    different.map((i) => ({ i, bits: BigInt(`0x${looks[i].look}`) })),
    join,
  );
  const groups = new Map<number, number[]>();
  looks.forEach((_, i) => {
    const to = groups.get(find(i));
    if (to) to.push(i);
    else groups.set(find(i), [i]);
  });
  return [...groups.values()]
    .filter((members) => members.length > 1)
    .map((members) => ({
      kind: members.every((i) => looks[i].sha256 === looks[members[0]].sha256) ? "bytes" : "look",
      pictures: members.map((i) => looks[i].id),
    }));
}

/** A picture of one colour has no look: none of its bits, or all of them, are anything but chance. */
const isPlain = (look: string): boolean => /^(0+|f+)$/.test(look);

/** Joins those whose looks are near, piece by piece: only what has one in common is compared. */
function joinAlike(seen: readonly { i: number; bits: bigint }[], join: (a: number, b: number) => void): void {
  const high = Int32Array.from(seen, ({ bits }) => Number(BigInt.asIntN(32, bits >> 32n)));
  const low = Int32Array.from(seen, ({ bits }) => Number(BigInt.asIntN(32, bits)));
  let shift = 0n;
  for (const width of pieces) {
    const buckets = new Map<number, number[]>();
    const mask = (1n << BigInt(width)) - 1n;
    for (const [k, { bits }] of seen.entries()) {
      const key = Number((bits >> shift) & mask);
      const bucket = buckets.get(key) ?? [];
      buckets.set(key, bucket);
      for (const other of bucket) {
        const apart = ones(high[k] ^ high[other]) + ones(low[k] ^ low[other]);
        if (apart <= mostApart) join(seen[k].i, seen[other].i);
      }
      bucket.push(k);
    }
    shift += BigInt(width);
  }
}

/** How many of 32 bits are set. */
function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Pictures of a group that are told. */
const mostShown = 60;

/**
 * Some of the groups, with what is said of their pictures.
 * @param page which of the groups, counted from 0
 */
export async function duplicates(
  { store }: Library,
  { from, limit }: { from: number; limit: number },
): Promise<Duplicates> {
  const [looks, unknown] = await Promise.all([store.looks.all(), store.looks.unknown()]);
  const groups = groupDuplicates(looks);
  return {
    groups: await Promise.all(
      groups.slice(from, from + limit).map(async ({ kind, pictures }) => ({
        kind,
        pictures: (await store.lists.several(pictures.slice(0, mostShown))).map(listedOf),
        count: pictures.length,
      })),
    ),
    of: groups.length,
    unlooked: unknown.length,
  };
}
