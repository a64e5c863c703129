import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { resultOf } from "../../../../test/library/archive.js";
import { readBundle } from "./read-bundle.js";
import { compareAnswers, verdictText } from "./verify.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-evidence-"));
afterAll(() => rmSync(folder, { recursive: true }));

const result = resultOf({ countries: [{ code: "NO", name: "Norway", probability: 0.9 }] });
const { elapsedMs: _, ...stored } = result;
const settings = { model: "earth", samples: 256 };

function bundle(name: string, files: Record<string, unknown>): string {
  const file = join(folder, name);
  const text = (v: unknown) => strToU8(typeof v === "string" ? v : JSON.stringify(v));
  writeFileSync(file, zipSync(Object.fromEntries(Object.entries(files).map(([n, v]) => [n, text(v)]))));
  return file;
}

describe("a bundle", () => {
  it("is read with what it says of how it was made", async () => {
    const file = bundle("fine.zip", { "result.json": stored, "settings.json": settings, "map.svg": "<svg/>" });
    expect(await readBundle(file)).toEqual({ result: stored, settings, besides: false });
    const more = bundle("more.zip", { "result.json": stored, "settings.json": settings, "known.json": {} });
    expect((await readBundle(more)).besides).toBe(true);
  });

  it.each<[string, Record<string, unknown> | string, RegExp]>([
    ["no zip", "hello", /is no evidence bundle, a zip archive that geodrift has made/],
    ["another zip", { "a.txt": "a" }, /is no evidence bundle: it has no result\.json/],
    ["an older one", { "result.json": stored }, /is of an older geodrift, and evidence\.txt in it has the command/],
    ["damaged", { "result.json": "{", "settings.json": settings }, /result\.json is not JSON/],
    ["of nonsense", { "result.json": { best: 1 }, "settings.json": settings }, /result\.json: /],
    ["of odd settings", { "result.json": stored, "settings.json": { model: 1 } }, /settings\.json: "model"/],
  ])("that is %s is told in one sentence", async (name, files, words) => {
    const file = typeof files === "string" ? join(folder, "text.zip") : bundle(`${name}.zip`, files);
    if (typeof files === "string") writeFileSync(file, files);
    await expect(readBundle(file)).rejects.toThrow(words);
    await expect(readBundle(file)).rejects.toThrow(file);
  });
});

describe("an answer that is asked for again", () => {
  it("holds to the last digit, whatever the picture is called and however long it took", () => {
    const verdict = compareAnswers(stored, { ...result, image: "b.png", elapsedMs: 99 });
    expect(verdict).toEqual({ holds: true, same: true, distanceKm: 0, bits: 0, probability: 0 });
    expect(verdictText(verdict)).toMatch(/^holds: .* to the last digit$/);
  });

  it("holds as far as machines agree", () => {
    const verdict = compareAnswers(stored, { ...result, best: { lat: 60.401, lng: 5.3 } });
    expect(verdict).toMatchObject({ holds: true, same: false });
    expect(verdictText(verdict)).toMatch(/^holds: .* as far as machines agree \(the best guesses are 0\.1 km apart/);
  });

  it.each([
    { best: { lat: 60.42, lng: 5.3 } },
    { localizabilityBits: 8.1 },
    { countries: [{ code: "SE", name: "Sweden", probability: 0.9 }] },
  ])("does not hold where it says something else: %o", (about) => {
    const verdict = compareAnswers(stored, { ...result, ...about });
    expect(verdict.holds).toBe(false);
    expect(verdictText(verdict)).toMatch(/^does not hold: /);
  });
});
