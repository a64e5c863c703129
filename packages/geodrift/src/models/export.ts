/** Models for other programs: ONNX files, and the layout of the released models. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { asEncoder, quantizeOnnx, withOutput } from "@geodrift/compile";
import { type GenerativeModel, type Parameters, tracedStep, velocity, velocityShapes } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { numpy as np } from "@jax-js/jax";
import { packedOnnx } from "../encode/packed-onnx.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import type { Colours } from "../pictures/preparation.js";
import { type EncoderSource, encoderSource, readEncoder } from "./encoders.js";
import { describeGenerative, describeModel, loadGenerativeModel, type ModelOptions, modelFolder } from "./load.js";
import { methodKey } from "./locators.js";
import { saveTensors } from "./tensor-file.js";

type Arr = np.Array;

/** Batch sizes of the exported networks, which ONNX files fix. */
export interface ExportOptions extends ModelOptions {
  /** Places that `velocity.onnx` and `step.onnx` take at once. */
  samples: number;
  /** Pictures that `encoder.onnx` takes at once. */
  pictures: number;
}

/**
 * Writes `velocity.onnx` (x [samples, dimensions], gamma [1], embedding [1, width] → velocity), `step.onnx` (x, gamma,
 * next, embedding, guidance → x at `next`) and `encoder.onnx` (pixels 0…1 [pictures, 3, size, size] → embedding).
 * @param text name or path of a model
 * @param out folder, which is made
 * @returns names of the files in it
 * @throws GeodriftError `model` if the model's method is neither flow nor diffusion, or it cannot be read; `disk` if a
 * file cannot be written
 */
export async function exportToOnnx(text: string, out: string, options: ExportOptions): Promise<string[]> {
  const { samples: n, pictures } = options;
  const { config, params, path } = await loadGenerativeModel(text);
  await mkdir(out, { recursive: true });
  const learned = weightsOf(config, params);
  const [x, gamma, embedding] = [[n, config.input_dim], [1], [1, config.cond_dim]];
  const field = packedOnnx(
    (p, ...[points, g, c]) => velocity(config, p, points, g, c),
    learned,
    { x, gamma, embedding },
    "velocity",
  );
  const step = packedOnnx(
    (p, ...[points, g, next, c, w]) => tracedStep(path.name, config, p, points, g, next, c, w),
    learned,
    { x, gamma, next: [1], embedding, guidance: [1] },
    "x_next",
  );
  const files = [
    ["velocity.onnx", field],
    ["step.onnx", step],
  ] as const;
  for (const [name, bytes] of files) await writeFileAtomically(join(out, name), bytes);
  return [...files.map(([name]) => name), await exportEncoder(await sourceOf(text, options), out, pictures)];
}

async function sourceOf(text: string, options: ModelOptions): Promise<EncoderSource> {
  if (options.encoder !== undefined) return encoderSource(options.encoder);
  return { config: (await describeModel(text, options)).encoder, folder: modelFolder(text) };
}

async function exportEncoder(source: EncoderSource, out: string, pictures: number): Promise<string> {
  const name = "encoder.onnx";
  const read = await readEncoder(source);
  if ("file" in read) {
    const { output } = read;
    const cut = output === undefined ? read.bytes : withOutput(read.bytes, output).bytes;
    await writeFileAtomically(join(out, name), asEncoder(cut, read.colours));
    return name;
  }
  const { params, preparation, colours, embed, precision } = read.network;
  const { size } = preparation;
  const whole = packedOnnx(
    (p, pixels) => embed(p, standardised(pixels, colours)),
    params,
    { pixels: [pictures, 3, size, size] },
    "embedding",
  );
  await writeFileAtomically(join(out, name), precision === "int8" ? quantizeOnnx(whole) : whole);
  return name;
}

/** (pixels − mean) / std for each of the three planes. */
function standardised(pixels: Arr, { mean, std }: Colours): Arr {
  const plane = (values: readonly number[]) => np.array([...values]).reshape([1, 3, 1, 1]);
  return pixels.sub(plane(mean)).mul(plane(std.map((s) => 1 / s)));
}

/** In single precision, as the released files are, and nothing that the layout does not have. */
const weightsOf = (config: GenerativeModel["config"], params: Parameters): Parameters =>
  Object.fromEntries(Object.keys(velocityShapes(config)).map((name) => [name, params[name]]));

/**
 * Writes `config.json` and `model.safetensors` as the released models have them, in single precision, for the official
 * pipeline to load.
 * @param text name or path of a model
 * @param out folder, which is made
 * @returns names of the files in it
 * @throws GeodriftError `model` if the model's method is neither flow nor diffusion, or it cannot be read; `disk` if a
 * file cannot be written
 */
export async function exportToPlonk(text: string, out: string): Promise<string[]> {
  const { config, params } = await loadGenerativeModel(text);
  if (config.near)
    throw new GeodriftError(
      "model",
      `${text}: looks at points from a place in its embedding, which the released layout does not have; --format onnx takes it`,
    );
  const { path, schedule } = await describeGenerative(text);
  await mkdir(out, { recursive: true });
  const { cond_dim, depth, dim, expansion, input_dim } = config;
  const json = { cond_dim, depth, dim, expansion, input_dim };
  await writeFileAtomically(join(out, "config.json"), Buffer.from(JSON.stringify(json)));
  const metadata = { format: "pt", [methodKey]: JSON.stringify({ path, schedule }) };
  await saveTensors(join(out, "model.safetensors"), { tensors: weightsOf(config, params), metadata });
  return ["config.json", "model.safetensors"];
}
