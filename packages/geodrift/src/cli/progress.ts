import { Presets, SingleBar } from "cli-progress";

/** A progress bar. */
export interface Progress {
  /** So much more is done. */
  advance(by: number): void;
  /** Writes to stdout above the bar. */
  above(text: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/**
 * A bar on a terminal's stderr, for work that takes longer than a second; nothing elsewhere.
 * @param total how much there is to do
 */
export function progress(total: number): Progress {
  const options = {
    stream: process.stderr,
    clearOnComplete: true,
    format: "{bar} {percentage} %  {eta_formatted} left",
  };
  const bar = new SingleBar(options, Presets.rect);
  const begun = performance.now();
  let shown = false;
  let done = 0;
  return {
    advance(by) {
      done = Math.min(total, done + by);
      if (!shown && process.stderr.isTTY && performance.now() - begun > 1000) {
        bar.start(total, done);
        shown = true;
      }
      if (shown) {
        bar.update(done);
        bar.render(); // its own timer waits while the network holds the thread
      }
    },
    above(text) {
      if (shown && process.stdout.isTTY) process.stderr.write("\r\u001b[K");
      process.stdout.write(text);
    },
    stop() {
      if (shown) bar.stop();
    },
  };
}

/** Shows a bar while `work` advances it by one for each of `total`. */
export async function withProgress<T>(total: number, work: (advance: () => void) => Promise<T>): Promise<T> {
  const bar = progress(total);
  try {
    return await work(() => bar.advance(1));
  } finally {
    bar.stop();
  }
}
