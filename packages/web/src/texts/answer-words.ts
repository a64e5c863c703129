/** What an answer says, in the language of the page. */
import { formatLatLng, type LocateResult, namedPlace, placeText } from "geodrift/browser";
import type { ParseKeys } from "i18next";
import en from "./en.json";
import { either, number, speech, t } from "./language.svelte.js";

/** Continents by their names in the answer. */
const continents: Record<string, ParseKeys> = {
  Africa: "answer.africa",
  Antarctica: "answer.antarctica",
  Asia: "answer.asia",
  Europe: "answer.europe",
  "North America": "answer.northAmerica",
  "South America": "answer.southAmerica",
  Oceania: "answer.oceania",
  "high seas": "answer.theHighSeas",
};

/** Names of countries in the languages that have been spoken: one is made in some tens of microseconds, and maps ask for hundreds. */
const countryNames = new Map<string, Intl.DisplayNames>();

function countryNamesIn(language: string): Intl.DisplayNames {
  const made = countryNames.get(language) ?? new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  countryNames.set(language, made);
  return made;
}

/**
 * A country or a continent by its name in this language.
 * @param code ISO 3166-1 alpha-2, of a country
 */
export function areaName({ name, code }: { name: string; code?: string }): string {
  const key = continents[name];
  if (key) return t(key);
  // Outlines know the Americas, and more countries than some browsers do.
  if (!code || speech.language === "en") return name;
  try {
    return countryNamesIn(speech.language).of(code) ?? name;
  } catch {
    return name;
  }
}

/** The answer in a few words: never more than the distribution says. */
export function headline(result: LocateResult): string {
  const said = namedPlace(result);
  switch (said.kind) {
    case "town": {
      const { country: name, countryCode: code } = said.place;
      return withCountry(placeText(said.place), [{ name, code }]);
    }
    case "division":
      return withCountry(
        placeText({ region: said.name, country: said.country?.name }),
        said.country ? [said.country] : [],
      );
    case "areas":
      return t("answer.somewhere", { names: either(said.areas.map(areaName)) });
    case "high seas":
      return t("answer.highSeas");
    case "anywhere":
      return t("answer.anywhere");
  }
}

/** What ends with the name of a country, with that in this language: Singapore, which is in Singapore, stays named once. */
function withCountry(text: string, countries: readonly { name: string; code?: string }[]): string {
  const country = countries.find(({ name }) => name && (text === name || text.endsWith(`, ${name}`)));
  return country ? text.slice(0, text.length - country.name.length) + areaName(country) : text;
}

/** A candidate's name in this language: a town with its country, of estimates of before 0.3 as far as they know its code. */
export function candidateName(
  { name, country, countryCode: code }: Pick<LocateResult["modes"][number], "name" | "country" | "countryCode">,
  answer: Pick<LocateResult, "countries"> | undefined,
): string {
  if (name === "on the high seas") return t("answer.highSeas");
  return withCountry(name, country === undefined ? (answer?.countries ?? []) : [{ name: country, code }]);
}

/** What its model is for, in this language if that is known in it. */
export const kindOf = ({ domain }: LocateResult): string | undefined =>
  domain?.of === en.answer.viewFromAbove ? t("answer.viewFromAbove") : domain?.of;

/** That the picture contradicts what is known, with the place that it says by itself. */
export function contradiction({ share, best }: NonNullable<LocateResult["own"]>): string {
  const percent =
    share < 1e-4
      ? t("answer.lessThan", { share: `${number(0.01)} %` })
      : `${number(100 * share, { maximumFractionDigits: 2 })} %`;
  return t("answer.contradiction", { share: percent, place: formatLatLng(best) });
}
