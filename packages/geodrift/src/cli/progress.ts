import { Presets, SingleBar } from "cli-progress";

/** A bar on a terminal's stderr, for work that takes longer than a second; nothing elsewhere. */
export function progress(total: number): { step(): void; stop(): void } {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      format: "{bar} {value}/{total}  {eta_formatted} left",
    },
    Presets.rect,
  );
  const begun = performance.now();
  let shown = false;
  let done = 0;
  return {
    step() {
      done++;
      if (!shown && process.stderr.isTTY && performance.now() - begun > 1000) {
        bar.start(total, done);
        shown = true;
      }
      if (shown) bar.update(done);
    },
    stop() {
      if (shown) bar.stop();
    },
  };
}
