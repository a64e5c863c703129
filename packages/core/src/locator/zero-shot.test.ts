import { tensor } from "@geodrift/compile";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { citiesGiven, toVec3, vectorAt, zeroShotLocator } from "../index.js";

describe("zero-shot location", () => {
  it("gives cities the probability of their country, shared by a softmax among themselves", () => {
    const p = citiesGiven([Math.log(0.7), Math.log(0.3)], [1000, 1000 + Math.log(3), 5], [0, 0, 1]);
    expect([...p].map((x) => Number(x.toFixed(12)))).toEqual([0.175, 0.525, 0.3]);
  });

  it("draws cities as the prompts' cosines have it", async () => {
    // Images of two numbers; after normalisation (1, −1) or (−1, 1), and a matrix that turns the first into the x axis.
    const config = { cond_dim: 2, projection: 2, scale: Math.log(9) };
    const places = [
      { lat: 10, lng: 10 },
      { lat: -30, lng: 150 },
      { lat: 60, lng: -100 },
    ];
    const tensors = {
      "image.norm.weight": tensor([1, 1], [2]),
      "image.norm.bias": tensor([0, 0], [2]),
      "image.matrix": tensor([0.5, -0.5, 0, 0], [2, 2]),
      // The first country points where the image does, the second sideways: e^scale to 1.
      "countries.texts": tensor([3, 0, 0, 2], [2, 2]),
      // Of the first country's cities both fit alike.
      "cities.texts": tensor([1, 0, 5, 0, 0, 1], [3, 2]),
      "cities.country": tensor(Int32Array.from([0, 0, 1]), [3], "int32"),
      "cities.places": tensor(Float32Array.from(places.flatMap((x) => [...toVec3(x)])), [3, 3]),
    };
    const locator = zeroShotLocator(config, tensors, { runtime: ort });
    const n = 20_000;
    const drawn = await locator.sample(Float32Array.from([7, 1, 1, 7]), n, { seed: 2, guidance: 0 });
    const share = (image: number, city: number) => {
      const wanted = toVec3(places[city]);
      let count = 0;
      for (let k = 0; k < n; k++) if (Math.abs(vectorAt(drawn, image * n + k)[2] - wanted[2]) < 1e-6) count++;
      return count / n;
    };
    [0.45, 0.45, 0.1].forEach((p, city) => {
      expect(share(0, city)).toBeCloseTo(p, 1.7);
    });
    // The other image points the other way: 1/9 to 1.
    [0.05, 0.05, 0.9].forEach((p, city) => {
      expect(share(1, city)).toBeCloseTo(p, 1.7);
    });
    await locator.dispose();
  });
});
