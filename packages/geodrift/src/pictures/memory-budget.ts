/**
 * What pictures may take of the memory, all that are read at a time: most are small, and a few are not. A picture that needs more than
 * there is waits, and one that needs more than all is worked on alone.
 */
import { isMainThread } from "node:worker_threads";
import { Semaphore } from "async-mutex";

/** Of the whole, for this thread: a server has one that computes and one that scans beside its own, and the command line none. */
const share = isMainThread ? 1 / 2 : 1 / 4;

/** Mebibytes of files that are held while they are worked on, and millions of pixels that are decoded. */
const [mostMiB, mostMegapixels] = [512 * share, 300 * share];

/** What there is room for: MiB of files, or millions of pixels. */
export type RoomKind = "files" | "pixels";

/** Waits until there is room for so much; what is returned gives it back. */
export type Room = (kind: RoomKind, amount: number) => Promise<() => void>;

const all: Readonly<Record<RoomKind, number>> = { files: mostMiB, pixels: mostMegapixels };
const free = { files: new Semaphore(mostMiB), pixels: new Semaphore(mostMegapixels) };

const ownRoom: Room = async (kind, amount) => {
  const [, release] = await free[kind].acquire(Math.min(all[kind], Math.max(1, Math.ceil(amount))));
  return release;
};

let granting: Room = ownRoom;

/** Asks another for room from here on: a process that reads pictures for one that has several. */
export function roomFrom(other: Room): void {
  granting = other;
}

/** Waits until there is room for so much; what is returned gives it back. */
export const room: Room = (kind, amount) => granting(kind, amount);

/** The bytes of one picture's file, from before they are read until nothing needs them. */
export class FileHold {
  private releases: (() => void)[] = [];

  /** Waits until there is room for so many bytes. */
  async take(bytes: number): Promise<void> {
    this.releases.push(await room("files", bytes / 2 ** 20));
  }

  /** Gives back what was taken. */
  release(): void {
    for (const release of this.releases.splice(0)) release();
  }
}

/** Works with the bytes of a picture's file, and gives their room back. */
export async function holding<T>(work: (hold: FileHold) => Promise<T>): Promise<T> {
  const hold = new FileHold();
  try {
    return await work(hold);
  } finally {
    hold.release();
  }
}

/** Decodes a picture when there is room for its pixels. */
export async function decoding<T>(count: number, decode: () => Promise<T>): Promise<T> {
  const release = await room("pixels", count / 1e6);
  try {
    return await decode();
  } finally {
    release();
  }
}
