/** What an answer says, in the language of the page. */
import { formatLatLng, type LocateResult, namedPlace, placeText } from "geodrift/browser";
import type { ParseKeys } from "i18next";
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
    return new Intl.DisplayNames(speech.language, { type: "region", fallback: "none" }).of(code) ?? name;
  } catch {
    return name;
  }
}

/** The answer in a few words: never more than the distribution says. */
export function headline(result: LocateResult): string {
  const said = namedPlace(result);
  switch (said.kind) {
    case "town":
      return placeText({
        ...said.place,
        country: areaName({ name: said.place.country, code: said.place.countryCode }),
      });
    case "division":
      return placeText({ region: said.name, country: said.country && areaName(said.country) });
    case "areas":
      return t("answer.somewhere", { names: either(said.areas.map(areaName)) });
    case "high seas":
      return t("answer.highSeas");
    case "anywhere":
      return t("answer.anywhere");
  }
}

/** A candidate's name, which ends with that of its country, in this language. */
export function candidateName(name: string, { countries }: Pick<LocateResult, "countries">): string {
  const country = countries.find((c) => name === c.name || name.endsWith(`, ${c.name}`));
  return country ? name.slice(0, name.length - country.name.length) + areaName(country) : name;
}

/** That the picture contradicts what is known, with the place that it says by itself. */
export function contradiction({ share, best }: NonNullable<LocateResult["own"]>): string {
  const percent =
    share < 1e-4
      ? t("answer.lessThan", { share: `${number(0.01)} %` })
      : `${number(100 * share, { maximumFractionDigits: 2 })} %`;
  return t("answer.contradiction", { share: percent, place: formatLatLng(best) });
}
