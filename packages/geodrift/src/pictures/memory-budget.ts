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

const files = new Semaphore(mostMiB);
const pixels = new Semaphore(mostMegapixels);

const shareOf = (amount: number, all: number): number => Math.min(all, Math.max(1, Math.ceil(amount)));

/** The bytes of one picture's file, from before they are read until nothing needs them. */
export class FileHold {
  private releases: (() => void)[] = [];

  /** Waits until there is room for so many bytes. */
  async take(bytes: number): Promise<void> {
    const [, release] = await files.acquire(shareOf(bytes / 2 ** 20, mostMiB));
    this.releases.push(release);
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
export const decoding = <T>(count: number, decode: () => Promise<T>): Promise<T> =>
  pixels.runExclusive(decode, shareOf(count / 1e6, mostMegapixels));
