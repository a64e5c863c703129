/** What pictures are told, as tensors that an image transformer takes. */
import { tensor } from "@geodrift/compile";
import { emptyLookup, lookupInto, lookupTensors } from "../net/feature-grid.js";
import {
  controlOf,
  type ImageCondition,
  type ImageTransformerConfig,
  type TensorsOf,
} from "../net/image-transformer.js";
import {
  angleEncodingInto,
  fillEncodingInto,
  groundEncodingInto,
  groundOctaves,
  placeEncodingInto,
  placeEncodingWidth,
  usualFill,
} from "../net/place-encoding.js";
import type { TextEncoder } from "../net/words.js";
import type { GuidanceTerm } from "./dual-guidance.js";

/** How large what it shows is in a picture. */
export interface Scale {
  /** Width of the ground that the picture shows, km; of a model of places. */
  groundKm?: number;
  /** Share of the picture's side that the landmark fills; of a model of angles, `usualFill` if left out. */
  fill?: number;
}

/** What one picture is told. What is left out is replaced by its null condition. */
export type Told = Omit<GuidanceTerm, "weight"> & Scale;

/** A condition without its level of noise. */
export type ToldTensors = Omit<TensorsOf<ImageCondition>, "gamma">;

/**
 * The tensors of several pictures.
 * @throws GeodriftError `option` for words that the text encoder does not know
 */
export async function toldTensors(
  config: ImageTransformerConfig,
  words: TextEncoder,
  told: readonly Told[],
): Promise<ToldTensors> {
  const n = told.length;
  const { control: kind, tokens } = controlOf(config);
  const [width, encoding] = [2 * groundOctaves, tokens * placeEncodingWidth(config.octaves)];
  const [ground, control, mask] = [width, encoding, 2].map((numbers) => new Float32Array(n * numbers));
  const reading = emptyLookup(n, config);
  for (const [i, { words: caption, place, azimuth, groundKm = Number.NaN, fill = usualFill }] of told.entries()) {
    if (kind === "place") {
      groundEncodingInto(ground, i * width, groundKm);
      if (place) {
        placeEncodingInto(control, i * encoding, place, config.octaves);
        lookupInto(reading, i, place, groundKm, config);
      }
    } else {
      fillEncodingInto(ground, i * width, fill);
      if (azimuth !== undefined) angleEncodingInto(control, i * encoding, azimuth, config.octaves);
    }
    const controlled = kind === "place" ? place : azimuth;
    mask.set([caption === undefined ? 0 : 1, controlled === undefined ? 0 : 1], 2 * i);
  }
  return {
    ground: tensor(ground, [n, width]),
    words: await words.prepare(told.map((own) => own.words ?? "")),
    control: tensor(control, [n, tokens, encoding / tokens]),
    ...lookupTensors(reading, n, config),
    mask: tensor(mask, [n, 2]),
  };
}
