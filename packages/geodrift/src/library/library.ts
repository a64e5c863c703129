/** A library: an index of pictures that lie in folders of their own, which it never changes. */
import { join } from "node:path";
import PQueue from "p-queue";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import type { Store } from "./store/store.js";

/** A sidecar that a crash has left unknown. */
export interface Unrecovered {
  /** Absolute path of the sidecar. */
  path: string;
  /** What is wrong, and what to do. */
  error: string;
}

/** An open library: its folder, the store of what is known, and a place for work that must not overlap. */
export class Library {
  /** Sidecars whose writing a crash has cut off and that could not be put right, each with what to do. */
  unrecovered: Unrecovered[] = [];
  /** An estimate that holds nine tenths on a wider circle, km, is accepted as no point, whoever wants it. */
  pointLimitKm = 500;
  private readonly turns = new PQueue({ concurrency: 1 });

  /**
   * @param folder of the index and the thumbnails
   * @param store of what is known; closed with the library
   */
  constructor(
    readonly folder: string,
    readonly store: Store,
  ) {}

  /** Runs whatever writes sidecars or takes them back, one after another, whichever process it is of. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.add(() => alone(join(this.folder, "sidecars"), work).catch(cannotWrite(this.folder)));
  }

  /** Closes the index; nothing may be asked of the library any more. */
  close(): void {
    this.store.close();
  }
}
