import type { DistillationWeight } from "@geodrift/core";
import { liftModel } from "../lift/lift-model.js";
import { type LiftCall, liftPhotos } from "../lift/lift-photos.js";
import type { PoseSource } from "../lift/posed-photos.js";
import { loadLandmarkModel } from "../models/image-model.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";

/** Flags of `geodrift lift`. */
export interface LiftFlags {
  method: "sds" | "nerf";
  steps: number;
  size: "16" | "32" | "64";
  seed: number;
  guideAngle: number;
  guideWords: number;
  /** Is the angle told? */
  angle: boolean;
  weight: DistillationWeight;
  poses: PoseSource;
  most?: number;
  output: string;
  json?: boolean;
}

/**
 * Lifts a landmark's model, or photographs of it, into a field.
 * @param what model, or folder of photographs
 * @param args the command line, for the manifest
 * @throws GeodriftError for a model or photographs that cannot be used, `disk` if something cannot be written
 */
export async function runLift(what: string, flags: LiftFlags, args: readonly string[]): Promise<void> {
  const { method, steps, seed, poses, most, weight, angle, output: out, json } = flags;
  const size = Number(flags.size);
  const bar = progress(steps);
  let before = 0;
  const call: LiftCall = {
    onStep(at) {
      if (json) process.stdout.write(`${JSON.stringify(at)}\n`);
      bar.advance(at.step - before);
      before = at.step;
    },
  };
  const lift = async () => {
    const runtime = await onnxRuntime();
    if (method === "nerf")
      return liftPhotos({ photographs: what, poses, steps, size, seed, most, out }, runtime, args, call);
    const model = await loadLandmarkModel(what);
    const guidance = { words: flags.guideWords, place: flags.guideAngle };
    return liftModel(model, { steps, size, seed, weight, guidance, angle, out }, runtime, args, call).finally(() =>
      model.dispose(),
    );
  };
  try {
    const files = await lift();
    bar.stop();
    process.stdout.write(json ? `${JSON.stringify({ files })}\n` : `${files.join("\n")}\n`);
  } finally {
    bar.stop();
  }
}
