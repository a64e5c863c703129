import type { Level, State } from "geodrift/contract";

/** One picture, two pictures. */
export const plural = (n: number, noun: string): string =>
  `${n === 1 ? "One" : n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

/** States of pictures, as people are told of them. */
export const states: Record<State, string> = {
  queue: "Without a place",
  accepted: "Accepted, not written",
  written: "Written",
  located: "With a place in the file",
  rejected: "Rejected",
  "not-a-place": "No place",
  unreadable: "Unreadable",
};

/** How precisely a place is said. */
export const levels: Record<Level, string> = { point: "point", city: "city", region: "region", country: "country" };
