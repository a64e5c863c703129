import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import fr from "./fr.json";

/** Texts by their places in a catalogue. */
const flat = (catalogue: object, before = ""): [string, string][] =>
  Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === "string" ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  );
const plural = /_(zero|one|two|few|many|other)$/;
const whole = new Map(flat(en));
const keys = new Set([...whole.keys()].map((key) => key.replace(plural, "")));
const holes = (text: string): string[] => [
  ...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).sort()),
];

const folder = fileURLToPath(new URL("..", import.meta.url));
const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((f) => /\.(svelte|ts)$/.test(f) && !/\.test\.ts$/.test(f))
  .map((f) => readFileSync(folder + f, "utf8"))
  .join("\n");

describe("the catalogues", () => {
  it.each(Object.entries({ de, fr, es }))(
    "%s says all that English says, with the same numbers in it",
    (language, catalogue) => {
      const texts = new Map(flat(catalogue));
      expect(new Set([...texts.keys()].map((key) => key.replace(plural, "")))).toEqual(keys);
      for (const [key, text] of texts) {
        const english = whole.get(key) ?? whole.get(key.replace(plural, "_other"));
        expect(holes(text), `${language} ${key}`).toEqual(holes(english ?? ""));
        expect(text.trim(), `${language} ${key}`).toBe(text);
        expect(text, `${language} ${key}`).not.toBe("");
      }
    },
  );

  it.each(Object.entries({ en, de, fr, es }))(
    "%s has a form for every number that the language tells apart",
    (language, catalogue) => {
      const texts = new Map(flat(catalogue));
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
      const counted = new Set(
        [...texts.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, "")),
      );
      expect(counted.size).toBeGreaterThan(10);
      for (const key of counted)
        for (const category of pluralCategories)
          expect(texts.has(`${key}_${category}`), `${key}_${category}`).toBe(true);
    },
  );

  it("are written where they are used: nothing is left over", () => {
    // What is chosen by a word of the program, as in t(`state.${state}`), is named up to there.
    const chosen = [...code.matchAll(/`([a-z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map(([, before]) => before);
    const isChosen = (key: string) => chosen.includes(key.replace(/[^.]+$/, ""));
    const left = [...keys].filter((key) => !code.includes(`"${key}"`) && !isChosen(key));
    expect(left).toEqual([]);
  });

  it("are the only text of the page: no markup has a sentence of its own", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".svelte"));
    const own = files.flatMap((file) =>
      textOf(parse(readFileSync(folder + file, "utf8"), { modern: true }).fragment).map((text) => `${file}: ${text}`),
    );
    expect(own).toEqual([]);
  });
});

/** Attributes that people read or hear. */
const read = new Set(["aria-label", "aria-valuetext", "alt", "label", "placeholder", "title"]);

/** Words in markup that the program does not choose, but for its own name, commands and keys. */
function textOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textOf);
  if (typeof node !== "object" || node === null) return [];
  const { type, name, data = "", value } = node as Record<string, unknown>;
  const text = String(data).trim();
  if (type === "RegularElement" && (name === "code" || name === "kbd")) return [];
  if (type === "Attribute") return read.has(String(name)) ? textOf(value) : [];
  if (type === "Text") return /\p{L}{3}/u.test(text) && text !== "geodrift" ? [text] : [];
  return Object.values(node).flatMap(textOf);
}
