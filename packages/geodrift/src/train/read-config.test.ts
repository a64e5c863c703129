import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readTraining } from "./read-config.js";

const config = (name: string) => readTraining(fileURLToPath(new URL(`../../../../configs/${name}`, import.meta.url)));

describe("a config that extends another", () => {
  it("says what differs, inside of objects too, and lists whole", async () => {
    const [base, twelve, eight] = await Promise.all(
      ["imagine.json", "imagine-octaves-12.json", "imagine-octaves-8.json"].map(config),
    );
    if (base.kind !== "images" || twelve.kind !== "images" || eight.kind !== "images") throw new Error("no images");
    expect(twelve.network).toEqual({ ...base.network, width: 96, depth: 4, heads: 4, hidden: 384, map: [], grid: 4 });
    expect(twelve.sizes).toEqual([{ size: 32, share: 1, logit: [-2.3, 2] }]);
    expect(twelve.views).toEqual(base.views);
    expect(eight.network).toEqual({ ...twelve.network, octaves: 8 });
    const { network: _, name: __, purpose: ___, ...rest } = eight;
    expect(twelve).toMatchObject(rest);
  });
});

describe("a locator with several seeds", () => {
  it("is one for each, of which the first keeps its name", async () => {
    const methods = await config("earth-methods.json");
    if (methods.kind !== "earth") throw new Error("no views of the Earth");
    const vmf = methods.locators.filter(({ name }) => /^vmf(-seed-\d+)?$/.test(name));
    expect(vmf.map((locator) => [locator.name, "seed" in locator && locator.seed])).toEqual([
      ["vmf", 5],
      ["vmf-seed-105", 105],
      ["vmf-seed-205", 205],
    ]);
  });
});
