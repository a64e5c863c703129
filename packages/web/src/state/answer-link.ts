/**
 * Answers as links. All of an answer stands in the address, behind the #, which browsers send to no server: model, seed, settings, and
 * the distribution itself, in single precision. The picture, and what its file says, come along only if somebody wants it.
 */
import { type Tensor, tensor } from "@geodrift/compile";
import {
  distributionTensors,
  measuredByCorners,
  readDistribution,
  readSafetensors,
  writeSafetensors,
} from "@geodrift/core";
import type { LocateResult } from "geodrift/contract";
import type { Answer, Settings } from "../engine/engine.js";
import { t } from "../texts/language.svelte.js";
import { areSettings } from "./settings.js";

/** What a link brings back. */
export interface LinkedAnswer {
  settings: Settings;
  answer: Answer;
  /** A small picture, where it came along. */
  picture?: File;
}

/** Of links that this version of the page makes; it reads those before, which have masses in any case. */
const version = 2;

const prefix = "#answer=";

/** No answer is larger; a link that unpacks to more was not made here. */
const mostBytes = 2 ** 24;

/** Samples and triangles, at most: those that are made here are fewer, and what is read off them grows with their squares. */
const [mostSamples, mostTriangles] = [4096, 40_000];

/** Is there an answer in what stands behind the # of an address? */
export const holdsAnswer = (hash: string): boolean => hash.startsWith(prefix);

/**
 * What stands behind the # of the address of an answer.
 * @throws RangeError if its mesh has more triangles than a link may have
 * @param linked its `picture`, a small WebP, comes along, and with it what the picture's file says
 */
export async function hashOf({ settings, answer, picture }: LinkedAnswer): Promise<string> {
  const { recorded, notes, neighbours, ...told } = answer.result;
  const result = picture ? { ...told, recorded, notes, neighbours } : told;
  const tensors = distributionTensors(answer.distribution, answer.samples);
  if ((tensors.masses?.data.length ?? 0) > mostTriangles)
    throw new RangeError("the distribution is too fine for a link");
  const narrow = Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [
      name,
      t.type === "float64" ? tensor(Float32Array.from(t.data as Float64Array), t.dims) : t,
    ]),
  );
  if (isToldByCorners(narrow)) for (const name of ["masses", "areas", "turned"]) delete narrow[name];
  const small = picture && toBase64Url(new Uint8Array(await picture.arrayBuffer()));
  const made = writeSafetensors({
    tensors: narrow,
    metadata: { answer: JSON.stringify({ version, settings, result }), ...(small && { picture: small }) },
  });
  return prefix + toBase64Url(await through(new CompressionStream("gzip"), made));
}

/** Are the masses those that the densities at the corners say, as they are without a prior? They are a third of a link. */
function isToldByCorners(tensors: Record<string, Tensor>): boolean {
  if (!tensors.masses) return false;
  const told = toldByCorners(tensors).masses;
  return wide(tensors.masses).reduce((sum, mass, t) => sum + Math.abs(mass - told[t]), 0) < leastApart;
}

const wide = (t: Tensor) => Float64Array.from(t.data as Float32Array);

const toldByCorners = ({ vertices, triangles, vertexLogDensities }: Record<string, Tensor>) =>
  measuredByCorners(
    { vertices: wide(vertices), triangles: Uint32Array.from(triangles.data as Int32Array) },
    wide(vertexLogDensities),
  );

/** Of probability: what single precision of the corners costs is some 10⁻⁵. */
const leastApart = 1e-4;

/**
 * Reads what `hashOf` has made.
 * @throws Error with one sentence if it is damaged, or of another version of the page
 */
export async function readHash(hash: string): Promise<LinkedAnswer> {
  const read = await unpacked(hash).catch(() => undefined);
  const { version: of, settings, result } = (read?.about ?? {}) as Record<string, unknown>;
  if (of !== undefined && of !== version && of !== 1) throw new Error(t("link.version"));
  const { locateResult } = await import("./locate-result.js");
  const told = locateResult.safeParse(result);
  try {
    if (!read || !told.success || !areSettings(settings)) throw new RangeError("no answer");
    return {
      settings,
      answer: { result: told.data as LocateResult, steps: [], ...distributionIn(read.tensors) },
      ...(read.picture && { picture: new File([read.picture], told.data.image, { type: "image/webp" }) }),
    };
  } catch (cause) {
    throw new Error(t("link.damaged"), { cause });
  }
}

async function unpacked(hash: string) {
  const packed = fromBase64Url(hash.slice(prefix.length));
  const { tensors, metadata } = readSafetensors(await through(new DecompressionStream("gzip"), packed));
  const { answer, picture } = metadata;
  return { tensors, about: JSON.parse(answer) as unknown, picture: picture && fromBase64Url(picture) };
}

/**
 * The distribution of the tensors of a link.
 * @throws RangeError if the numbers are not those of one
 */
function distributionIn(tensors: Record<string, Tensor>): Pick<Answer, "distribution" | "samples"> {
  const check = (good: boolean, what: string) => {
    if (!good) throw new RangeError(what);
  };
  const wide = Object.entries(tensors).map(([name, t]): [string, Tensor] => {
    const isInteger = name === "triangles" || name === "turned";
    check(t.type === (isInteger ? "int32" : "float32"), `${name} is of another type`);
    const data = Float64Array.from(t.data as Float32Array | Int32Array);
    // Where there is nothing, its logarithm is −∞.
    const least = name === "vertexLogDensities" ? Number.NEGATIVE_INFINITY : -Number.MAX_VALUE;
    check(
      data.every((x) => x >= least && x < Number.POSITIVE_INFINITY),
      `${name} is not a number`,
    );
    return [name, isInteger || name === "samples" ? t : tensor(data, t.dims, "float64")];
  });
  const all = Object.fromEntries(wide);
  const numbers = (name: string) => all[name].data as Float64Array;
  const areUnit = (xs: ArrayLike<number>) =>
    xs.length % 3 === 0 &&
    Array.from({ length: xs.length / 3 }).every(
      (_, i) => Math.abs(Math.hypot(xs[3 * i], xs[3 * i + 1], xs[3 * i + 2]) - 1) < 1e-4,
    );
  const samples = all.samples.data as Float32Array;
  check(samples.length >= 6 && samples.length <= 3 * mostSamples && areUnit(samples), "samples are no places");
  if (all.triangles) {
    const corners = all.triangles.data as Int32Array;
    const [vertices, count] = [numbers("vertices").length / 3, corners.length / 3];
    check(areUnit(numbers("vertices")), "vertices are no places");
    check(Number.isInteger(count) && count > 0 && count <= mostTriangles, "triangles are too many, or none");
    check(
      corners.every((v) => v >= 0 && v < vertices) && numbers("vertexLogDensities").length === vertices,
      "corners are no vertices",
    );
    if (!all.masses) {
      const told = toldByCorners(all);
      all.masses = tensor(told.masses, [count], "float64");
      all.areas = tensor(told.areas, [count], "float64");
      all.turned = tensor(Int32Array.from(told.turned), [count], "int32");
    }
    check(
      ["masses", "areas", "turned"].every((name) => all[name].data.length === count),
      "triangles are told by half",
    );
    check(
      numbers("masses").every((m) => m >= 0) && numbers("areas").every((a) => a > 0 && a <= 4 * Math.PI),
      "masses or areas are none",
    );
    check(Math.abs(numbers("masses").reduce((a, b) => a + b, 0) - 1) < 1e-3, "masses are not those of a whole");
  }
  const told = all.conformal && Array.from(numbers("conformal"));
  check(!told || (told.length === 101 && told.every((m, i) => m >= (told[i - 1] ?? 0) && m <= 1)), "regions are none");
  return readDistribution(all);
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
