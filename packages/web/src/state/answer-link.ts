/**
 * Answers as links. All of an answer stands in the address, behind the #, which browsers send to no server: model, seed, settings, and
 * the distribution itself, in single precision. The picture, and what its file says, come along only if somebody wants it.
 */
import { type Tensor, tensor } from "@geodrift/compile";
import { distributionTensors, readDistribution, readSafetensors, writeSafetensors } from "@geodrift/core";
import type { LocateResult } from "geodrift/contract";
import type { Answer, Settings } from "../engine/engine.js";
import { areSettings } from "./settings.js";

/** What a link brings back. */
export interface LinkedAnswer {
  settings: Settings;
  answer: Answer;
  /** A small picture, where it came along. */
  picture?: File;
}

/** Of links that this version of the page makes. */
const version = 1;

const prefix = "#answer=";

/** No answer is larger; a link that unpacks to more was not made here. */
const mostBytes = 2 ** 24;

/** Is there an answer in what stands behind the # of an address? */
export const holdsAnswer = (hash: string): boolean => hash.startsWith(prefix);

/**
 * What stands behind the # of the address of an answer.
 * @param linked its `picture`, a small WebP, comes along, and with it what the picture's file says
 */
export async function hashOf({ settings, answer, picture }: LinkedAnswer): Promise<string> {
  const { recorded, notes, neighbours, ...told } = answer.result;
  const result = picture ? { ...told, recorded, notes, neighbours } : told;
  const tensors = distributionTensors(answer.distribution, answer.samples);
  const narrow = Object.entries(tensors).map(([name, t]) => [
    name,
    t.type === "float64" ? tensor(Float32Array.from(t.data as Float64Array), t.dims) : t,
  ]);
  const small = picture && toBase64Url(new Uint8Array(await picture.arrayBuffer()));
  const made = writeSafetensors({
    tensors: Object.fromEntries(narrow),
    metadata: { answer: JSON.stringify({ version, settings, result }), ...(small && { picture: small }) },
  });
  return prefix + toBase64Url(await through(new CompressionStream("deflate-raw"), made));
}

/**
 * Reads what `hashOf` has made.
 * @throws Error with one sentence if it is damaged, or of another version of the page
 */
export async function readHash(hash: string): Promise<LinkedAnswer> {
  const read = await unpacked(hash).catch(() => undefined);
  const { version: of, settings, result } = (read?.about ?? {}) as Record<string, unknown>;
  if (of !== undefined && of !== version)
    throw new Error("This link was made by another version of the page, and cannot be read by this one.");
  const { locateResult } = await import("./locate-result.js");
  const told = locateResult.safeParse(result);
  const drawn = read && told.success && areSettings(settings) ? distributionIn(read.tensors) : undefined;
  if (!read || !drawn || !told.success || !areSettings(settings))
    throw new Error("This link is cut off or damaged: there is no answer in it.");
  return {
    settings,
    answer: { result: told.data as LocateResult, steps: [], ...drawn },
    ...(read.picture && { picture: new File([read.picture], told.data.image, { type: "image/webp" }) }),
  };
}

async function unpacked(hash: string) {
  const packed = fromBase64Url(hash.slice(prefix.length));
  const { tensors, metadata } = readSafetensors(await through(new DecompressionStream("deflate-raw"), packed));
  const { answer, picture } = metadata;
  return { tensors, about: JSON.parse(answer) as unknown, picture: picture && fromBase64Url(picture) };
}

/** The distribution, if the numbers are those of one. */
function distributionIn(tensors: Record<string, Tensor>): Pick<Answer, "distribution" | "samples"> | undefined {
  try {
    const wide = Object.entries(tensors).map(([name, t]) => {
      const data = t.data as Float32Array | Int32Array;
      if (data.some((x) => Number.isNaN(x))) throw new RangeError(`${name} is not a number`);
      return [
        name,
        t.type === "float32" && name !== "samples" ? tensor(Float64Array.from(data), t.dims, "float64") : t,
      ];
    });
    const all = Object.fromEntries(wide) as Record<string, Tensor>;
    const { vertices, triangles } = all;
    if (triangles) {
      const most = (vertices.data as Float64Array).length / 3;
      const corners = triangles.data as Int32Array;
      const count = corners.length / 3;
      const fits = ["masses", "areas", "turned"].every((name) => all[name].data.length === count);
      if (!fits || all.vertexLogDensities.data.length !== most || corners.some((v) => v < 0 || v >= most))
        throw new RangeError("the mesh is none");
    }
    return readDistribution(all);
  } catch {
    return undefined;
  }
}

/** All bytes through a stream that packs or unpacks. */
async function through(
  stream: GenericTransformStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > mostBytes) {
      await reader.cancel();
      throw new RangeError("larger than an answer");
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const toBase64Url = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
