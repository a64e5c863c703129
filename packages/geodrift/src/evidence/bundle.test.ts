import { meshDistribution, meshOfDensity, toVec3, vectorAt } from "@geodrift/core";
import fc from "fast-check";
import { strFromU8, unzipSync } from "fflate";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256Of } from "../files/hash.js";
import type { Located } from "../locate/result.js";
import { summarize } from "../locate/result.js";
import { gazetteer } from "../places/bundled-towns.js";
import { evidenceBundle, evidenceText, reproducingCommand } from "./bundle.js";
import { drawable } from "./document.js";

let located: Located;
let bundle: Uint8Array;
beforeAll(async () => {
  const centre = toVec3({ lat: 48.9, lng: 2.3 });
  const density = (points: Float64Array) =>
    Float64Array.from({ length: points.length / 3 }, (_, i) => {
      const x = vectorAt(points, i);
      return 200 * (x[0] * centre[0] + x[1] * centre[1] + x[2] * centre[2]);
    });
  const distribution = meshDistribution(await meshOfDensity(density, {}, { level: 2, tolerance: 1 }));
  const samples = distribution.representatives(32);
  const result = {
    image: "it's.jpg",
    sha256: "ab",
    model: { name: "m", sha256: "cd" },
    seed: 3,
    steps: 16,
    solver: "heun",
    guidance: 2,
    elapsedMs: 123,
    ...summarize(distribution, samples, gazetteer()),
  };
  located = { result, samples, distribution };
  bundle = await evidenceBundle(located, { model: "m" });
});

/** Pictures in a bundle's PDF. */
const images = (zip: Uint8Array): number =>
  strFromU8(unzipSync(zip)["evidence.pdf"], true).match(/\/Subtype \/Image/g)?.length ?? 0;

/** Arguments as a shell reads them, as far as single quotes and backslashes go. */
const shellWords = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped),
  );

describe("evidence", () => {
  it("names the command that gives the answer again, whatever files are called", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (image, model) => {
        const command = reproducingCommand({ ...located, result: { ...located.result, image } }, { model, abstain: 2 });
        const words = shellWords(command);
        expect(words.slice(0, 5)).toEqual(["geodrift", "locate", image, "--model", model]);
        expect(words.slice(5).join(" ")).toBe(
          "--abstain 2 --seed 3 --guidance 2 --solver heun --steps 16 --map map.geojson --json",
        );
      }),
    );
  });
  it("says no steps for methods that take none", () => {
    const { solver: _, ...result } = located.result;
    expect(reproducingCommand({ ...located, result: { ...result, steps: 0 } }, { model: "m" })).not.toContain(
      "--steps",
    );
  });
  it("depends on the answer alone, not on the time that it took, nor on that of its making", async () => {
    const again = { ...located, result: { ...located.result, elapsedMs: 999 } };
    expect(sha256Of(await evidenceBundle(again, { model: "m" }))).toBe(sha256Of(bundle));
  });
  it("holds the answer in full, the map, and what was taken in besides", async () => {
    const plain = unzipSync(bundle);
    expect(Object.keys(plain).sort()).toEqual([
      "density.geojson",
      "evidence.html",
      "evidence.pdf",
      "evidence.txt",
      "map.svg",
      "result.json",
      "settings.json",
    ]);
    const { elapsedMs: _, ...rest } = located.result;
    expect(JSON.parse(strFromU8(plain["result.json"]))).toEqual(JSON.parse(JSON.stringify(rest)));
    expect(strFromU8(plain["evidence.txt"])).toContain("nothing besides the picture's pixels was used");
    const more = unzipSync(await evidenceBundle(located, { model: "m", places: [{ lat: 1 }] }));
    expect(JSON.parse(strFromU8(more["known.json"]))).toEqual({ places: [{ lat: 1 }] });
    expect(strFromU8(more["evidence.txt"])).toContain("known.json");
  });
  it("is a page as well, with the map and all of the text, that fetches nothing; the picture is in it only if asked", async () => {
    const [text, page] = ["evidence.txt", "evidence.html"].map((name) => strFromU8(unzipSync(bundle)[name]));
    const headings = (text.match(/^[A-Z][A-Z ]+$/gm) ?? []).map((heading) => `<h2>${heading}</h2>`);
    expect(headings.length).toBeGreaterThan(4);
    expect(["<svg", "it&#39;s.jpg", ...headings].filter((part) => !page.includes(part))).toEqual([]);
    // Pages are long: what is wrong with one is told by a part of it.
    expect(/(src|href)="(?!data:|#).{0,80}|url\((?!#).{0,80}/.exec(page)?.[0]).toBeUndefined();
    expect(page.includes("<img")).toBe(false);
    const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#123" } })
      .webp()
      .toBuffer();
    const shown = unzipSync(await evidenceBundle(located, { model: "m", picture }));
    const address = `src="data:image/webp;base64,${picture.toString("base64")}"`;
    expect(strFromU8(shown["evidence.html"]).includes(address)).toBe(true);
    expect([bundle, await evidenceBundle(located, { model: "m", picture })].map(images)).toEqual([0, 1]);
    const odd = { ...located, result: { ...located.result, image: '<script>"&' } };
    const escaped = strFromU8(unzipSync(await evidenceBundle(odd, { model: "m" }))["evidence.html"]);
    expect(escaped.includes("<script>")).toBe(false);
  });
  it("is a PDF as well, of one or two sheets", async () => {
    const pdf = strFromU8(unzipSync(bundle)["evidence.pdf"], true);
    expect(pdf.startsWith("%PDF-1.")).toBe(true);
    expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(2);
  });
  it("loses nothing in it of what a person has ruled out, however long", async () => {
    const sheets = async (remarks: string[]) => {
      const pdf = strFromU8(unzipSync(await evidenceBundle(located, { model: "m", remarks }))["evidence.pdf"], true);
      return pdf.match(/\/Type \/Page\b/g)?.length ?? 0;
    };
    // 8,000 letters are 1.5 sheets and more.
    expect(await sheets(Array.from({ length: 8 }, () => "no such thing ".repeat(70)))).toBeGreaterThanOrEqual(3);
    expect(await sheets(["no such church"])).toBeLessThanOrEqual(2);
  });
  it("draws letters in it as they are, without their accents, or as one that is missing", () => {
    expect(drawable("Đakovo, Şırnak, Αθήνα, Київ, Huế")).toBe("Đakovo, Şırnak, Αθήνα, Київ, Huế");
    expect(drawable("Ḩalab, Al Manşūrah, Ḏamār, n̲")).toBe("Halab, Al Manşūrah, Damār, n");
    expect(drawable("東京.jpg 🏝")).toBe("\ufffd\ufffd.jpg \ufffd");
  });
  it("says what is ruled out, and what was known", () => {
    const contributions = [
      { kind: "region" as const, label: "a region", localizabilityBits: 1, best: { lat: 0, lng: 0 }, ownShare: 0.9 },
    ];
    const text = evidenceText({ ...located, result: { ...located.result, contributions } }, { model: "m" });
    expect(text).toContain("hold 1.0 % of the probability together");
    expect(text).toContain("  - a region\n");
    expect(/NaN|undefined/.test(text)).toBe(false);
  });
});
