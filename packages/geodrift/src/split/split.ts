/**
 * Splits of located pictures into parts. Pictures of one place look alike, so a random split lets near-duplicates leak from
 * training into testing: by blocks, or by clusters, places of different parts lie apart.
 */
import { distanceKm, earthRadiusKm, Generator, type LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";
import { clusters } from "./clusters.js";

export const splitKinds = ["blocks", "clusters", "random"] as const;
export type SplitKind = (typeof splitKinds)[number];

export const parts = ["train", "validation", "test"] as const;
export type Part = (typeof parts)[number];

export interface SplitOptions {
  kind: SplitKind;
  /** Side of a block, or the distance up to which pictures belong to one cluster. */
  km: number;
  /** Shares of the pictures. */
  validation: number;
  test: number;
  seed: number;
}

/** The part of every place. */
export function splitPlaces(places: readonly LatLng[], { kind, km, validation, test, seed }: SplitOptions): Part[] {
  const groups =
    kind === "random" ? places.map((_, i) => i) : kind === "blocks" ? blocks(places, km) : clusters(places, km);
  const members = new Map<number, number[]>();
  groups.forEach((group, i) => {
    const list = members.get(group);
    if (list) list.push(i);
    else members.set(group, [i]);
  });
  const out = new Array<Part>(places.length).fill("train");
  const wanted = { test: test * places.length, validation: validation * places.length };
  const order = shuffled([...members.values()], seed);
  for (const part of ["test", "validation"] as const) {
    let held = 0;
    for (const group of order) {
      // A group that would overfill the part goes to training.
      if (out[group[0]] !== "train" || held + group.length > 1.05 * wanted[part] + 0.5) continue;
      for (const i of group) out[i] = part;
      held += group.length;
      if (held >= wanted[part]) break;
    }
  }
  return out;
}

function shuffled<T>(items: T[], seed: number): T[] {
  const random = new Generator(seed);
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** Numbers of blocks of about km × km: rows of equal height, cut into whole numbers of equal columns. */
export function blocks(places: readonly LatLng[], km: number): number[] {
  const rows = Math.max(1, Math.round((Math.PI * earthRadiusKm) / km));
  return places.map(({ lat, lng }) => {
    const row = Math.min(rows - 1, Math.floor(((lat + 90) / 180) * rows));
    const middle = ((row + 0.5) / rows - 0.5) * Math.PI;
    const columns = Math.max(1, Math.round((2 * Math.PI * earthRadiusKm * Math.cos(middle)) / km));
    return row * 100_000 + Math.min(columns - 1, Math.floor(((lng + 180) / 360) * columns));
  });
}

/** Kilometres between the nearest two places of different parts; infinite where there is one part. */
export function minGapKm(places: readonly LatLng[], part: readonly Part[]): number {
  const train = places.filter((_, i) => part[i] === "train");
  const others = places.filter((_, i) => part[i] !== "train");
  if (train.length === 0 || others.length === 0) return Number.POSITIVE_INFINITY;
  const index = new KDBush(train.length);
  for (const { lat, lng } of train) index.add(lng, lat);
  index.finish();
  return others.reduce((least, { lat, lng }) => {
    const [near] = around(index, lng, lat, 1) as number[];
    return Math.min(least, distanceKm(train[near], { lat, lng }));
  }, Number.POSITIVE_INFINITY);
}
