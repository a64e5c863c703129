import type { DistillationWeight } from "@geodrift/core";
import { liftDrawn } from "../lift/lift-drawn.js";
import { liftModel } from "../lift/lift-model.js";
import { liftPhotos } from "../lift/lift-photos.js";
import type { LiftCall } from "../lift/lift-posed.js";
import type { PoseSource } from "../lift/posed-photos.js";
import type { Tell } from "../lift/side-denoiser.js";
import { loadLandmarkModel } from "../models/image-model.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";

/** Flags of `geodrift lift`. */
export interface LiftFlags {
  method: "sds" | "vsd" | "nerf" | "reconstruct";
  steps: number;
  size: "16" | "32" | "64";
  seed: number;
  landmark?: string;
  guideAngle: number;
  guideWords: number;
  /** Is the angle told? */
  angle: boolean;
  /** How the side is told in words, instead of the angle. */
  sides?: "words" | "perp-neg";
  weight: DistillationWeight;
  debiased?: boolean;
  /** Steps of the walk to a target. */
  walk: number;
  /** Pictures of each side. */
  pictures: number;
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
  const { method, steps, seed, landmark, poses, most, weight, walk, pictures, output: out, json } = flags;
  const size = Number(flags.size);
  const bar = progress(steps + (method === "reconstruct" ? pictures * 36 : 0));
  let [steppedTo, drawn] = [0, 0];
  const say = (line: unknown) => json && process.stdout.write(`${JSON.stringify(line)}\n`);
  const call: LiftCall = {
    onStep(at) {
      say(at);
      bar.advance(at.step - steppedTo);
      steppedTo = at.step;
    },
    onPicture(at, all) {
      say({ picture: at, pictures: all });
      bar.advance(at - drawn);
      drawn = at;
    },
    onNote(note) {
      if (json) say({ note });
      else process.stderr.write(`${note}\n`);
    },
  };
  const lift = async () => {
    const runtime = await onnxRuntime();
    if (method === "nerf")
      return liftPhotos({ photographs: what, poses, steps, size, seed, most, out }, runtime, args, call);
    const model = await loadLandmarkModel(what);
    const common = { steps, size, seed, landmark, out, guidance: { words: flags.guideWords, place: flags.guideAngle } };
    try {
      if (method === "reconstruct") return await liftDrawn(model, { ...common, pictures }, runtime, args, call);
      const tell: Tell = flags.sides ?? (flags.angle ? "angle" : "name");
      const options = { ...common, method, weight, debiased: flags.debiased ?? false, walk, tell };
      return await liftModel(model, options, runtime, args, call);
    } finally {
      await model.dispose();
    }
  };
  try {
    const files = await lift();
    bar.stop();
    process.stdout.write(json ? `${JSON.stringify({ files })}\n` : `${files.join("\n")}\n`);
  } finally {
    bar.stop();
  }
}
