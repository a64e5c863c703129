/** What the page and the thread that runs the model say to each other. */
import { type DType, type Tensor, type TypedArray, tensor } from "@geodrift/compile";
import type { LocateResult } from "geodrift/browser";
import type { Settings, Step } from "./engine.js";

export interface SentPicture {
  width: number;
  height: number;
  /** [height, width, 3]. */
  data: Uint8Array;
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
}

export type ToRunner =
  | {
      type: "locate";
      id: number;
      /** Where the model's files lie. */
      base: string;
      name: string;
      pixels: SentPicture;
      settings: Pick<Settings, "samples" | "steps" | "guidance" | "seed">;
    }
  | { type: "cancel"; id: number };

export type SentTensors = Record<string, { data: TypedArray; dims: number[]; type: DType }>;

export type FromRunner = { id: number } & (
  | { type: "loading"; loaded: number; total: number }
  | { type: "step"; step: Step }
  | { type: "answer"; result: LocateResult; tensors: SentTensors }
  | { type: "error"; message: string }
);

export const tensorsOf = (sent: SentTensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(sent).map(([name, { data, dims, type }]) => [name, tensor(data, dims, type)]));

export const sentTensors = (tensors: Record<string, Tensor>): SentTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data, dims, type }]) => [
      name,
      { data: data as TypedArray, dims: [...dims], type: type as DType },
    ]),
  );
