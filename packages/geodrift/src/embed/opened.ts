import { dirname, relative } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { openSource } from "../datasets/sources/index.js";
import type { PictureSource } from "../datasets/sources/source.js";
import type { Encoder } from "../encode/encoder.js";
import { encoderSource, isEncoderName, openEncoder } from "../models/encoders.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { Provenance } from "./embeddings-file.js";

/** Encoders of PLONK's own tars, by the members that hold what they made (spec §7). */
const encodersOfReady: Record<string, string> = {
  street_clip: "streetclip",
  dinov2_vitl14_registers: "dinov2-vitl14-reg",
};

/** What is embedded, and by what. */
export interface Embedding {
  /** Folder, table or archive of pictures with places. */
  path: string;
  /** Of embeddings that lie ready in it, in place of pictures. */
  ready?: string;
  /** A known encoder, or a path; that of the embeddings that lie ready if left out. */
  encoder?: string;
}

/** A source and an encoder that are open. */
export interface OpenedEmbedding {
  source: PictureSource;
  /** Absent where the source's embeddings lie ready. */
  encoder?: Encoder;
  /** What the table says of itself. @param out its place, from which the encoder is named, so that both can be moved together */
  about(out: string): Provenance;
}

/**
 * Opens what is to be embedded.
 * @throws GeodriftError `option` if no encoder is named; and as `openSource` and `openEncoder`
 */
export async function openEmbedding({ path, ready, encoder: named }: Embedding): Promise<OpenedEmbedding> {
  const name = named ?? encodersOfReady[ready ?? ""];
  if (name === undefined)
    throw new GeodriftError("option", "--encoder is needed, which says what the embeddings are made with");
  const source = await openSource(path, { ready });
  const from = await encoderSource(name);
  // Looking at the first item is dear where a source is millions of pictures in zips.
  const lies = ready === undefined ? undefined : await readyWidth(source);
  const encoder = lies === undefined ? await openEncoder(from, await onnxRuntime()) : undefined;
  return {
    source,
    encoder,
    about: (out) => ({
      source: path,
      encoder: {
        name: encoderNameFrom(name, out),
        config: from.config,
        ...(encoder && { sha256: encoder.sha256 }),
      },
      width: encoder?.width ?? (lies as number),
      columns: [...source.columns],
    }),
  };
}

/** An encoder as a table names it: from its own place on, where it is a path. */
export const encoderNameFrom = (name: string, out: string): string =>
  isEncoderName(name) ? name : relative(dirname(out), name) || ".";

/** The width of embeddings that lie ready in the source; undefined where it holds pictures. */
async function readyWidth(source: PictureSource): Promise<number | undefined> {
  for await (const { refused, embedding } of source.items()) {
    if (embedding?.length) return embedding.length;
    if (embedding) continue;
    if (refused === undefined) return undefined;
  }
  return undefined;
}
