/** The words of photographs of landmarks: a closed vocabulary. */
import { angleBetween, type VocabularyConfig } from "@geodrift/core";

/** Words for the light of a photograph. */
export const weathers = ["sunny", "overcast", "dusk", "fog"] as const;
/** What the light is like. */
export type Weather = (typeof weathers)[number];

/** Words for the side that a landmark is seen from; a caption may be wrong about it. */
export const sides = ["front view", "side view", "back view"] as const;

/** The words for a side, as people say them: within 45° of the front, or of the back. @param front azimuth, degrees */
export function sideSeen(azimuth: number, front: number): (typeof sides)[number] {
  const apart = angleBetween(azimuth, front);
  return sides[apart < 45 ? 0 : apart > 135 ? 2 : 1];
}

/** Words for how much of a picture a landmark fills, and for people in front of it. */
export const [nearby, faraway, withPeople] = ["near", "far", "people"] as const;

/** The closed vocabulary of captions. @param titles of the landmarks, as captions have them */
export const landmarkVocabulary = (titles: readonly string[]): VocabularyConfig => ({
  tokens: 6,
  words: [...weathers, ...sides, nearby, faraway, withPeople, ...titles],
  circle: [],
  silent: "a an the of in on at by from and with picture photo photograph seen".split(" "),
});

/** The caption that says no more than what is shown. */
export const plainCaption = (title: string): string => `photo of the ${title}`;
