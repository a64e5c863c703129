import { liftPhotos } from "../lift/lift-photos.js";
import type { PoseSource } from "../lift/posed-photos.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";

/** Flags of `geodrift lift`. */
export interface LiftFlags {
  poses: PoseSource;
  steps: number;
  size: "16" | "32" | "64";
  most?: number;
  seed: number;
  output: string;
  json?: boolean;
}

/**
 * Lifts photographs of a landmark into a field.
 * @param args the command line, for the manifest
 * @throws GeodriftError `data` for photographs that cannot be used, `disk` if something cannot be written
 */
export async function runLift(photographs: string, flags: LiftFlags, args: readonly string[]): Promise<void> {
  const { poses, steps, size, most, seed, output: out, json } = flags;
  const bar = progress(steps);
  let before = 0;
  try {
    const { files } = await liftPhotos(
      { photographs, poses, steps, size: Number(size), seed, most, out },
      await onnxRuntime(),
      args,
      {
        onStep(at) {
          if (json) process.stdout.write(`${JSON.stringify(at)}\n`);
          bar.advance(at.step - before);
          before = at.step;
        },
      },
    );
    bar.stop();
    process.stdout.write(json ? `${JSON.stringify({ files })}\n` : `${files.join("\n")}\n`);
  } finally {
    bar.stop();
  }
}
