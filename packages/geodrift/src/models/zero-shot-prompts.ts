/** What zero-shot models ask for. */
import type { LargestOptions } from "../places/largest-cities.js";

export interface Prompts {
  /** With `{country}`. */
  country: string;
  /** With `{city}`, and `{country}` if it is wanted. */
  city: string;
}

export interface ZeroShotOptions extends LargestOptions {
  prompts: Prompts;
}

/** The words of StreetCLIP's training for it, plain ones for others; five cities a country, and all of 300,000 people. */
export const zeroShotDefaults: ZeroShotOptions = {
  prompts: { country: "A photo taken in {country}.", city: "A photo taken in {city}, {country}." },
  perCountry: 5,
  population: 300_000,
};

export const streetViewPrompts: Prompts = {
  country: "A Street View photo in {country}.",
  city: "A Street View photo close to the town of {city} in {country}.",
};
