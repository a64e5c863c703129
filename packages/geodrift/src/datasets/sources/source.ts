/** Where located pictures come from: one interface, and a reader for each layout. */
import type { LatLng } from "@geodrift/core";
import type { FileHold } from "../../pictures/memory-budget.js";

/** A picture on its way into a table of embeddings. */
export interface SourceItem {
  /** Path or key, as people find it again. */
  id: string;
  /** Degrees; left out where the picture's own file says it, or nothing does. */
  place?: LatLng;
  /** Values of the source's columns, in their order; what is not known is null. */
  labels?: (string | null)[];
  /** Path of the picture, where it is a file of its own. */
  file?: string;
  /** Reads its bytes, where it lies within something else. @param hold waits until there is room for them */
  bytes?: (hold?: FileHold) => Promise<Uint8Array>;
  /** In place of the picture, [width]. */
  embedding?: Float32Array;
  /** Why it cannot be taken, in words. */
  refused?: string;
}

/** What is taken from a source in place of its pictures. */
export interface ReadyOptions {
  /** Embeddings that lie ready: members `KEY.<ready>.npy` of tars, or a column of a table, in place of the pictures. */
  ready?: string;
}

/** Located pictures that are read one by one. */
export interface PictureSource {
  /** As it was named. */
  name: string;
  /** Names of the labels, besides place and picture. */
  columns: readonly string[];
  /** Number of items, where it is known without going through all of them. */
  length?: number;
  /**
   * In an order that is the same on every call, without keeping more than a few in memory.
   * @param from number of the first one that is wanted, 0 if left out; those before are passed over as cheaply as the layout allows
   */
  items(from?: number): AsyncIterable<SourceItem>;
}
