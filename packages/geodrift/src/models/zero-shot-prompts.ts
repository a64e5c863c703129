/** What zero-shot models ask for. */
import type { LargestOptions } from "../places/largest-cities.js";

/** Sentences that a text tower reads, with places for names. */
export interface Prompts {
  /** With `{country}`. */
  country: string;
  /** With `{city}`, and `{country}` if it is wanted. */
  city: string;
}

/** Prompts, and the cities that they are made for. */
export interface ZeroShotOptions extends LargestOptions {
  prompts: Prompts;
}

/** Plain prompts for any CLIP; five cities of every country, and all of 300,000 people and more. */
export const zeroShotDefaults: ZeroShotOptions = {
  prompts: { country: "A photo taken in {country}.", city: "A photo taken in {city}, {country}." },
  perCountry: 5,
  population: 300_000,
};

/** The words of StreetCLIP's training. */
export const streetViewPrompts: Prompts = {
  country: "A Street View photo in {country}.",
  city: "A Street View photo close to the town of {city} in {country}.",
};
