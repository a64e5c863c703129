/** Where located pictures come from: one interface, and a reader for each layout. */
import type { LatLng } from "@geodrift/core";

/** A picture on its way into a table of embeddings. */
export interface SourceItem {
  /** Path or key, as people find it again. */
  id: string;
  /** Left out where the picture's own file says it, or nothing does. */
  place?: LatLng;
  /** Values of the source's columns; what is not known is null. */
  labels?: (string | null)[];
  /** The picture's file. */
  bytes?: () => Promise<Uint8Array>;
  /** In place of the picture. */
  embedding?: Float32Array;
  /** Why it cannot be taken, in words. */
  refused?: string;
}

export interface ReadyOptions {
  /** Embeddings that lie ready: members `KEY.<ready>.npy` of tars, or a column of a table, in place of the pictures. */
  ready?: string;
}

export interface PictureSource {
  /** As it was named. */
  name: string;
  /** Names of the labels, besides place and picture. */
  columns: readonly string[];
  /** Number of items, where it is known without going through all of them. */
  length?: number;
  /** In an order that is the same on every call, without keeping more than a few in memory. */
  items(): AsyncIterable<SourceItem>;
}

/** Refuses what is no place on Earth. */
export function placeOrRefusal(lat: number, lng: number): Pick<SourceItem, "place" | "refused"> {
  if (Number.isNaN(lat) || Number.isNaN(lng)) return { refused: "has no place" };
  if (!(Math.abs(lat) <= 90)) return { refused: `latitude ${lat} is not between -90 and 90` };
  if (!(Math.abs(lng) <= 180)) return { refused: `longitude ${lng} is not between -180 and 180` };
  return { place: { lat, lng } };
}
