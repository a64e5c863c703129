import { compile, tensor } from "@geodrift/compile";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { GeodriftError } from "../errors/geodrift-error.js";
import { Generator } from "../random/generator.js";
import { type Parameters, uniformInit } from "./parameters.js";
import { closedVocabulary, frozenText, type TextEncoder } from "./words.js";

const months = ["January", "February", "March", "April", "May", "June"];
const text = closedVocabulary({
  tokens: 4,
  words: ["satellite", "hot", "desert", "St. Lucia", "South Africa", "Africa"],
  circle: months,
  silent: ["a", "of", "in"],
  aliases: { RSA: "South Africa", "Dark Continent": "Africa", Atlantis: "nowhere" },
});

async function tokensOf(encoder: TextEncoder, params: Parameters, captions: string[], width: number) {
  const run = compile((p, x) => encoder.encode(p, x, width), { runtime: ort });
  const out = (await run(params, await encoder.prepare(captions))) as { dims: readonly number[]; data: Float32Array };
  await run.dispose();
  return out;
}

const weights = (encoder: TextEncoder, width: number): Parameters =>
  Object.fromEntries(
    Object.entries(encoder.shapes(width)).map(([name, shape], i) => [name, uniformInit(new Generator(i), shape, 1)]),
  );

describe("a closed vocabulary", () => {
  it("reads captions as people write them: any case, commas, silent words, the longest name that fits", () => {
    expect(text.read("A Satellite view".replace(" view", ""))).toEqual(["satellite"]);
    expect(text.read("hot desert, South Africa in march")).toEqual(["hot", "desert", "South Africa", "March"]);
    expect(text.read("St. Lucia")).toEqual(["St. Lucia"]);
    expect(text.read("africa")).toEqual(["Africa"]);
    expect(text.read("")).toEqual([]);
    expect(text.read("desert in the RSA".replace("the ", ""))).toEqual(["desert", "South Africa"]);
    expect(text.read("dark continent")).toEqual(["Africa"]);
  });

  it("answers words that it does not know, and too many, in one sentence", () => {
    expect(() => text.read("hot dessert")).toThrow(
      '"hot dessert": "dessert" is not among the words that the model knows',
    );
    expect(() => text.read("hot desert hot desert hot")).toThrow(
      new GeodriftError("option", '"hot desert hot desert hot": the model takes 4 words at once, got 5'),
    );
  });

  it("makes a token of every word, the row of its table; what is not said is a row too", async () => {
    const params = weights(text, 3);
    const { dims, data } = await tokensOf(text, params, ["satellite desert", "desert"], 3);
    expect(dims).toEqual([2, 4, 3]);
    const row = (i: number) => [...(params["words.table"].data as Float32Array).slice(3 * i, 3 * i + 3)];
    expect([...data.slice(0, 9)]).toEqual([...row(1), ...row(3), ...row(0)]);
    expect([...data.slice(12, 18)]).toEqual([...row(3), ...row(0)]);
  });

  it("puts words of the circle on a closed curve: one that was never seen lies between its neighbours", async () => {
    const { data } = await tokensOf(text, weights(text, 2), months, 2);
    const at = (m: number) => [data[8 * m], data[8 * m + 1]];
    const params = weights(text, 2)["words.circle"].data as Float32Array;
    for (let m = 0; m < 6; m++)
      for (const c of [0, 1]) {
        const angle = (2 * Math.PI * m) / 6;
        const waves = [1, Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)];
        const expected = waves.reduce((sum, w, k) => sum + w * params[2 * k + c], 0);
        expect(at(m)[c]).toBeCloseTo(expected, 5);
      }
  });
});

describe("a frozen text model", () => {
  it("takes the place of the vocabulary: its tokens pass one linear layer", async () => {
    const given = new Generator(5).normals(2 * 3 * 4);
    const frozen = frozenText({ tokens: 3, width: 4, embed: async () => tensor(given, [2, 3, 4]) });
    const params = weights(frozen, 5);
    const { dims, data } = await tokensOf(frozen, params, ["one", "two"], 5);
    expect(dims).toEqual([2, 3, 5]);
    const [w, b] = ["weight", "bias"].map((k) => params[`words.project.${k}`].data as Float32Array);
    const first = [0, 1, 2, 3].reduce((sum, i) => sum + given[i] * w[i], b[0]);
    expect(data[0]).toBeCloseTo(first, 5);
  });
});
