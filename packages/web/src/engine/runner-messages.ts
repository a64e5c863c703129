/** What the page and the thread that runs the model say to each other. */
import type { SentTensors } from "@geodrift/compile";
import type { LocateResult } from "geodrift/browser";
import type { LocateStep } from "geodrift/contract";
import type { Settings } from "./engine.js";

/** A decoded picture. */
export interface SentPicture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** [height, width, 3]. */
  data: Uint8Array;
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
}

/** What the page says to the thread; `id` numbers the requests. */
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

/** What the thread says of a request; `loaded` and `total` are bytes. */
export type FromRunner = { id: number } & (
  | { type: "loading"; loaded: number; total: number }
  | { type: "step"; step: LocateStep }
  | { type: "answer"; result: LocateResult; tensors: SentTensors }
  | { type: "error"; message: string }
);
