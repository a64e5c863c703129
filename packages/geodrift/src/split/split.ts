/**
 * Splits of located pictures into parts. Pictures of one place look alike, so a random split lets near-duplicates leak from
 * training into testing: by blocks, or by clusters, places of different parts lie apart.
 */
import { distanceKm, earthRadiusKm, Generator, type LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";
import { clusters } from "./clusters.js";

/**
 * How places are grouped before groups are given to parts: by blocks of a grid, by clusters, or each place by itself.
 */
export const splitKinds = ["blocks", "clusters", "random"] as const;
/** One of `splitKinds`. */
export type SplitKind = (typeof splitKinds)[number];

/** The parts of a split. */
export const parts = ["train", "validation", "test"] as const;
/** One of `parts`. */
export type Part = (typeof parts)[number];

/** How places are split. */
export interface SplitOptions {
  kind: SplitKind;
  /** Side of a block, or the distance up to which pictures belong to one cluster, km. */
  km: number;
  /** Share of the pictures for validation, 0 … 1. */
  validation: number;
  /** Share of the pictures for testing, 0 … 1. */
  test: number;
  /** Of the order in which groups are given to parts. */
  seed: number;
}

/**
 * Splits places into parts, whole groups at a time. Parts are about as large as asked for: a group that would overfill
 * one goes to training.
 * @returns the part of every place, in the same order
 */
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

/**
 * Grid blocks of about km × km: rows of equal height, cut into whole numbers of equal columns.
 * @returns for every place the number of its block
 */
export function blocks(places: readonly LatLng[], km: number): number[] {
  const rows = Math.max(1, Math.round((Math.PI * earthRadiusKm) / km));
  return places.map(({ lat, lng }) => {
    const row = Math.min(rows - 1, Math.floor(((lat + 90) / 180) * rows));
    const middle = ((row + 0.5) / rows - 0.5) * Math.PI;
    const columns = Math.max(1, Math.round((2 * Math.PI * earthRadiusKm * Math.cos(middle)) / km));
    return row * 100_000 + Math.min(columns - 1, Math.floor(((lng + 180) / 360) * columns));
  });
}

/**
 * Distance in km between the nearest two places of which one is in training and the other is not; infinite where there
 * are no such places.
 */
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
