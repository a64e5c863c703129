/** A library: an index of pictures that lie in folders of their own, which it never changes. */
import PQueue from "p-queue";
import { cannotWrite, isSystemError } from "../files/system-error.js";
import { recoverWrites, type Unrecovered } from "./recover-writes.js";
import type { Store } from "./store/store.js";

/** An open library: its folder, the store of what is known, and a place for work that must not overlap. */
export class Library {
  /** Sidecars whose writing a crash has cut off and that could not be put right, each with what to do. */
  unrecovered: Unrecovered[] = [];
  /** An estimate that holds nine tenths on a wider circle, km, is accepted as no point, whoever wants it. */
  pointLimitKm = 500;
  private readonly turns = new PQueue({ concurrency: 1 });

  /**
   * @param name it was opened by: its folder, or the address of its database
   * @param folder of the thumbnails, and of an index that is a file
   * @param store of what is known; closed with the library
   */
  constructor(
    readonly name: string,
    readonly folder: string,
    readonly store: Store,
  ) {}

  /**
   * Runs whatever writes sidecars or takes them back, one after another, whichever process it is of.
   * @param work calls `check` before each of them, as `Database.alone` says
   */
  inTurn<T>(work: (check: () => void) => Promise<T>): Promise<T> {
    const afterRecovery = async (check: () => void) => {
      await this.recover();
      return work(check);
    };
    return this.turns.add(() => this.store.alone(afterRecovery).catch(cannotWrite(this.folder)));
  }

  /** Puts right what a crash has left half done, unless a process that lives is at it. */
  async recoverIfFree(): Promise<void> {
    if ((await this.store.writes.unfinished()).length > 0)
      await this.store
        .aloneIfFree(() => this.recover())
        .catch((e: unknown) => {
          // On a disk that cannot be written to it waits until it can: the archive opens all the same.
          if (!isSystemError(e)) throw e;
        });
  }

  /** Whoever is alone with the sidecars knows that nobody is at those that are under way: whoever was has died. */
  private async recover(): Promise<void> {
    this.unrecovered = await recoverWrites(this.store);
  }

  /** Closes the index; nothing may be asked of the library any more. */
  close(): Promise<void> {
    return this.store.close();
  }
}
