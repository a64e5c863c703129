/** Makes a zero-shot model of a CLIP: its text tower reads the prompts of countries and cities once, and is needed no more. */
import { dirname } from "node:path";
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  isTransformerTensor,
  type Parameters,
  readImageProjection,
  readTextTower,
  type Traced,
  textInputs,
  textTransformer,
  toVec3,
  type ZeroShotConfig,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { numpy as np } from "@jax-js/jax";
import { readClipTokenizer } from "../encode/clip-tokenizer.js";
import { largestCities } from "../places/largest-cities.js";
import { type EncoderSource, encoderFile } from "./encoders.js";
import { loadTensors } from "./tensor-file.js";
import type { ZeroShotOptions } from "./zero-shot-prompts.js";

/** Texts that the tower reads at once. */
const batch = 64;

/**
 * Makes the config and the tensors of a zero-shot model: embeddings of the prompts of countries and cities, and the
 * projection of pictures.
 * @param report told how many of the prompts are read, and of how many
 * @throws GeodriftError `model` if the encoder is no CLIP with its text tower; `not-found`, `file` or `data` if its words
 * or weights cannot be read
 */
export async function zeroShotModel(
  source: EncoderSource,
  { prompts, ...largest }: ZeroShotOptions,
  runtime: Runtime,
  report: (done: number, of: number) => void = () => {},
): Promise<{ config: ZeroShotConfig; tensors: Parameters }> {
  const file = await encoderFile(source);
  const wanted = (name: string) => isTransformerTensor(name) && !/^vision_model\.(encoder|embeddings)/.test(name);
  const { tensors } = await loadTensors(file, { wanted });
  if (!tensors["text_projection.weight"])
    throw new GeodriftError(
      "model",
      `${file}: a CLIP with its text tower is needed for zero-shot location, this has none`,
    );
  const heads = source.config.kind === "transformer" ? source.config.heads : undefined;
  const tower = readTextTower(tensors, heads);
  const image = readImageProjection(tensors);
  const tokenizer = await readClipTokenizer(dirname(file));
  const cities = await largestCities(largest);
  const countries = [...new Set(cities.map((c) => c.country))];
  const texts = [
    ...countries.map((country) => prompts.country.replaceAll("{country}", country)),
    ...cities.map(({ name, country }) => prompts.city.replaceAll("{city}", name).replaceAll("{country}", country)),
  ].map((text) => tokenizer.encode(text, tower.config.context));
  const run = compile<[Parameters, Tensor, Tensor], Tensor>(
    (p: Traced, tokens: np.Array, last: np.Array) => textTransformer(tower.config, p, tokens, last),
    { runtime },
  );
  const { projection } = tower.config;
  const embedded = new Float32Array(texts.length * projection);
  // By length, so that few batches are padded, and few shapes compiled.
  const order = [...texts.keys()].sort((a, b) => texts[a].length - texts[b].length);
  for (let from = 0; from < order.length; from += batch) {
    const own = order.slice(from, from + batch);
    const out = (
      await run(
        tower.params,
        ...textInputs(
          tower.table,
          own.map((i) => texts[i]),
        ),
      )
    ).data as Float32Array;
    own.forEach((i, k) => {
      embedded.set(out.subarray(k * projection, (k + 1) * projection), i * projection);
    });
    report(Math.min(order.length, from + batch), order.length);
  }
  await run.dispose();
  const [n, m] = [countries.length, cities.length];
  return {
    config: { cond_dim: image.weight.dims[0], projection, scale: image.logitScale },
    tensors: {
      "image.norm.weight": image.weight,
      "image.norm.bias": image.bias,
      "image.matrix": image.matrix,
      "countries.texts": tensor(embedded.slice(0, n * projection), [n, projection]),
      "cities.texts": tensor(embedded.slice(n * projection), [m, projection]),
      "cities.country": tensor(
        Int32Array.from(cities, (c) => countries.indexOf(c.country)),
        [m],
        "int32",
      ),
      "cities.places": tensor(Float32Array.from(cities.flatMap((c) => [...toVec3(c)])), [m, 3]),
    },
  };
}
