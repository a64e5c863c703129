/** The page's language: all of its text stands in the catalogues beside this file, one for each. */
import { createInstance, type ParseKeys, type TOptions } from "i18next";
import { oneOf, remember, remembered } from "../state/remembered.js";
import en from "./en.json";

/** The languages that the page speaks, each by its own name. */
export const languages = { en: "English", de: "Deutsch", fr: "Français", es: "Español" } as const;
/** A language that the page speaks, as IETF BCP 47 has it. */
export type Language = keyof typeof languages;

type Catalogue = typeof en;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Catalogue };
    returnNull: false;
  }
}

/** Whoever speaks English waits for no catalogue; the others are fetched when they are spoken. */
const others: Record<Exclude<Language, "en">, () => Promise<{ default: object }>> = {
  de: () => import("./de.json"),
  fr: () => import("./fr.json"),
  es: () => import("./es.json"),
};

const i18n = createInstance();
void i18n.init({
  lng: "en",
  fallbackLng: "en",
  initAsync: false,
  resources: { en: { translation: en } },
  // Svelte escapes what it writes.
  interpolation: { escapeValue: false },
});

const isLanguage = oneOf(...(Object.keys(languages) as Language[]));

/** What a person has chosen, else the first of the browser's languages that the page speaks. */
const wanted = (): Language =>
  remembered("language", isLanguage) ??
  (navigator.languages ?? []).map((tag) => tag.split("-")[0]).find(isLanguage) ??
  "en";

/** Which language is spoken now. */
class Speech {
  language = $state<Language>("en");
  /** One sentence, where the language that was chosen last cannot be spoken. */
  error = $state<string>();
  /** Which was wanted last: what an earlier wish fetches is not spoken. */
  private latest = 0;

  /** Speaks what this person reads, before the page is drawn; English if its catalogue does not come. */
  async begin(): Promise<void> {
    await this.speak(wanted());
    this.error = undefined;
  }

  /** Speaks another language from now on; if its catalogue does not come, `error` says so, and nothing changes. */
  async choose(language: Language): Promise<void> {
    if (await this.speak(language)) remember("language", language);
  }

  /** @returns whether it is spoken now */
  private async speak(language: Language): Promise<boolean> {
    const mine = ++this.latest;
    this.error = undefined;
    try {
      if (language !== "en" && !i18n.hasResourceBundle(language, "translation"))
        i18n.addResourceBundle(language, "translation", (await others[language]()).default);
    } catch {
      if (mine === this.latest) this.error = t("app.noLanguage");
      return false;
    }
    if (mine !== this.latest) return false;
    this.language = language;
    document.documentElement.lang = language;
    return true;
  }
}

/** The one language that all of the page is in. */
export const speech = new Speech();

/**
 * A text of the catalogue, in the language that is spoken: what is drawn with it is drawn anew in another.
 * @param key its place in the catalogue, such as "answer.countries"
 * @param values what stands in its braces; `count` chooses between one and several
 */
export function t(key: ParseKeys, values: TOptions & Record<string, unknown> = {}): string {
  return i18n.t(key, { lng: speech.language, ...values });
}

/** A number as the language writes it. */
export const number = (n: number, options?: Intl.NumberFormatOptions): string =>
  n.toLocaleString(speech.language, options);

/** A list, of which one may hold: "A, B or C". */
export const either = (names: readonly string[]): string =>
  new Intl.ListFormat(speech.language, { type: "disjunction" }).format(names);
