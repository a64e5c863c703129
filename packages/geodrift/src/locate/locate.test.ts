import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceKm, GeodriftError, type Locator, toVec3, type Vec3 } from "@geodrift/core";
import sharp, { type Exif } from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import type { LoadedModel } from "../models/load.js";
import type { Picture } from "../pictures/picture.js";
import { locateResult } from "./contract.js";
import { locate } from "./locate.js";
import type { LocateOptions } from "./options.js";
import type { Located, LocateFailure } from "./result.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-locate-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A grey picture whose level says where it was "taken". */
async function picture(name: string, level: number, exif: Exif = {}): Promise<string> {
  const file = join(folder, name);
  const background = { r: level, g: level, b: level };
  await sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .withExif(exif)
    .png()
    .toFile(file);
  return file;
}
const placeOf = (level: number) => ({ lat: level - 100, lng: level - 60 });

/** Says of every picture that it was taken near where its level says. */
function model(): LoadedModel {
  const locator: Locator = {
    width: 1,
    async sample(embeddings, n) {
      const out = new Float64Array(embeddings.length * n * 3);
      embeddings.forEach((level, i) => {
        const { lat, lng } = placeOf(level);
        for (let k = 0; k < n; k++)
          out.set(toVec3({ lat: lat + 0.5 * Math.sin(k), lng: lng + 0.5 * Math.cos(2 * k) }), 3 * (n * i + k));
      });
      return out;
    },
    dispose: async () => {},
  } as Locator;
  const encode = async (pictures: readonly Picture[]) => Float32Array.from(pictures, (p) => p.data[0]);
  return {
    description: { name: "fake", method: "uniform" } as LoadedModel["description"],
    sha256: "00",
    locator,
    encoder: {
      preparation: { size: 2, square: "cover" },
      width: 1,
      sha256: "11",
      encode,
      assess: async (pictures) => ({ embeddings: await encode(pictures) }),
      dispose: async () => {},
    },
    dispose: async () => {},
  };
}
const options: LocateOptions = { samples: 48, seed: 1, guidance: 0 } as LocateOptions;
async function all(
  named: Parameters<typeof locate>[0],
  from: LoadedModel,
  asked: LocateOptions = options,
): Promise<(Located | LocateFailure)[]> {
  const out: (Located | LocateFailure)[] = [];
  for await (const answer of locate(named, from, asked)) out.push(answer);
  return out;
}
const resultOf = (answer: Located | LocateFailure) => ("result" in answer ? answer.result : undefined);
const codeOf = (answer: Located | LocateFailure) => ("result" in answer ? "answered" : answer.code);

describe("pictures", () => {
  it("are answered in their order, batch after batch, each with its own place", async () => {
    const levels = Array.from({ length: 19 }, (_, i) => 60 + 5 * i);
    const files = await Promise.all(levels.map((level, i) => picture(`many-${i}.png`, level)));
    const answers = await all(files, model());
    expect(answers.map((a) => resultOf(a)?.image)).toEqual(files);
    answers.forEach((answer, i) => {
      const best = resultOf(answer)?.best ?? { lat: 90, lng: 0 };
      expect(distanceKm(best, placeOf(levels[i]))).toBeLessThan(100);
    });
  });

  it("have answers that keep the contract", async () => {
    const [answer] = await all([await picture("one.png", 149)], model(), { ...options, abstain: 30 });
    const result = resultOf(answer);
    expect(locateResult.strict().parse(result)).toEqual(result);
    expect(result).toMatchObject({ steps: 0, abstained: true, model: { name: "fake", sha256: "00" } });
    expect(result).not.toHaveProperty("recorded");
    const odds = result?.countries.map((c) => c.probability) ?? [];
    expect(odds.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect([...odds].sort((a, b) => b - a)).toEqual(odds);
    const areas = result?.regions.map((r) => r.areaKm2) ?? [];
    expect([...areas].sort((a, b) => a - b)).toEqual(areas);
  });

  it("that cannot be read have their sentences, and the others are answered", async () => {
    const good = await picture("good.png", 120);
    writeFileSync(join(folder, "text.png"), "text");
    writeFileSync(join(folder, "empty.png"), "");
    const refused = { file: "*.gif", error: new GeodriftError("not-found", "no picture matches the pattern") };
    const answers = await all(
      [good, join(folder, "text.png"), join(folder, "none.png"), join(folder, "empty.png"), folder, refused, good],
      model(),
    );
    expect(answers.map(codeOf)).toEqual([
      "answered",
      "picture",
      "not-found",
      "picture",
      "file",
      "not-found",
      "answered",
    ]);
    expect(JSON.parse(JSON.stringify(answers[5]))).toEqual({
      image: "*.gif",
      error: "no picture matches the pattern",
      code: "not-found",
    });
  });

  it.each([
    ["the encoder", new TypeError("x is undefined"), "internal", "this is a mistake in geodrift"],
    ["the encoder", new GeodriftError("model", "the encoder gives NaN"), "model", "the encoder gives NaN"],
    ["the locator", new TypeError("x is undefined"), "internal", "(x is undefined)"],
    ["the locator", new GeodriftError("option", "no such solver"), "option", "no such solver"],
  ])(
    "of a batch in which %s throws have its code, and those of others are answered: %s",
    async (who, e, code, said) => {
      const files = await Promise.all(Array.from({ length: 9 }, (_, i) => picture(`t-${i}.png`, 100 + i)));
      let calls = 0;
      const failing = async () => {
        calls++;
        throw e;
      };
      const { encoder, locator, ...about } = model();
      // Of the first batch one is not there: seven are left, which go wrong.
      const broken: LoadedModel = {
        ...about,
        encoder: {
          ...encoder,
          assess: (p) => (who === "the encoder" && p.length === 7 ? failing() : encoder.assess(p)),
        },
        locator: {
          ...locator,
          sample: (m, n, o) => (who === "the locator" && m.length === 7 ? failing() : locator.sample(m, n, o)),
        },
      };
      const answers = await all([...files.slice(0, 7), "none.png", ...files.slice(7)], broken);
      expect(calls).toBe(1);
      expect(answers.map(codeOf)).toEqual([...new Array(7).fill(code), "not-found", "answered", "answered"]);
      const [first] = answers;
      expect("error" in first && first.error).toContain(said);
      expect("thrown" in first && first.thrown).toBe(e);
      expect(JSON.parse(JSON.stringify(first))).not.toHaveProperty("thrown");
    },
  );

  it("unlike all that the model has learned from are said to be so, unless the encoder says it", async () => {
    const files = [await picture("like.png", 110), await picture("unlike.png", 150)];
    const familiarity = { pictures: 480, mean: Float32Array.of(100), factor: Float32Array.of(10), edge: 9 };
    const domainsBy = async (model: LoadedModel) => (await all(files, model)).map((a) => resultOf(a)?.domain);
    expect(await domainsBy(model())).toEqual([undefined, undefined]);
    const of = "any of the 480 pictures that it has learned from";
    expect(await domainsBy({ ...model(), familiarity })).toEqual([
      { of, logOdds: 4, inside: true },
      { of, logOdds: -8, inside: false },
    ]);
    const { encoder, ...rest } = model();
    const own = { of: "a view", logOdds: 1, inside: true };
    const assess = async (p: readonly Picture[]) => ({ ...(await encoder.assess(p)), domains: p.map(() => own) });
    expect(await domainsBy({ ...rest, familiarity, encoder: { ...encoder, assess } })).toEqual([own, own]);
  });

  it("whose files say where are never asked, but told how far the guess is", async () => {
    const gps = {
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "10/1 0/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "50/1 0/1 0/1" },
    };
    const told = resultOf((await all([await picture("told.png", 140, gps)], model()))[0]);
    const untold = resultOf((await all([await picture("untold.png", 140)], model()))[0]);
    expect(told?.recorded).toMatchObject({ lat: 10, lng: 50 });
    expect(told?.best).toEqual(untold?.best);
    expect(told?.recorded?.distanceKm).toBeCloseTo(
      distanceKm(told?.best ?? { lat: 0, lng: 0 }, { lat: 10, lng: 50 }),
      6,
    );
  });

  it("with something known besides are answered by methods that have samples alone, and not by those with one point", async () => {
    const north = (x: Vec3) => (x[2] > 0 ? 1 : 0);
    const known = [{ kind: "region" as const, label: "the north", prior: north }];
    const file = await picture("known.png", 140);
    const [answer] = await all([file], model(), { ...options, known });
    expect("error" in answer ? answer.error : answer.result.best.lat).toBeGreaterThan(0);
    if ("result" in answer) {
      expect(answer.distribution.outlines?.(0.9).length).toBeGreaterThan(0);
      for (let i = 2; i < answer.samples.length; i += 3) expect(answer.samples[i]).toBeGreaterThan(0);
    }
    const { locator, ...about } = model();
    const [refused] = await all([file], { ...about, locator: { ...locator, pointwise: true } }, { ...options, known });
    expect(refused).toMatchObject({ code: "option", error: expect.stringContaining("names points alone") });
  });

  it("are not asked for where none are named", async () => {
    expect(await all([], model())).toEqual([]);
  });
});
