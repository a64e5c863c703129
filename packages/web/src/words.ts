import { formatKm } from "geodrift/browser";
import type { Level, ListedPicture, PlaceSource, State } from "geodrift/contract";

/** What distances are told in. */
export const units = ["km", "miles"] as const;
export type Units = (typeof units)[number];

/** Of the international mile. */
const kmOfMile = 1.609344;

/** A distance, to as many digits as make sense. */
export const distanceText = (km: number, of: Units): string =>
  of === "km" ? formatKm(km) : formatKm(km / kmOfMile).replace(/km$/, "mi");

/** A distance that was measured: to the tenth below a hundred, to the unit from there on. */
export function measuredText(km: number, of: Units): string {
  const [size, name] = of === "km" ? [km, "km"] : [km / kmOfMile, "mi"];
  return `${size.toLocaleString("en", { maximumFractionDigits: size < 100 ? 1 : 0 })} ${name}`;
}

/** An area, to the unit, or in millions. */
export function areaText(km2: number, of: Units): string {
  const [size, name] = of === "km" ? [km2, "km²"] : [km2 / kmOfMile ** 2, "mi²"];
  return size >= 1e7
    ? `${Math.round(size / 1e6).toLocaleString("en")} million ${name}`
    : `${Math.round(size).toLocaleString("en")} ${name}`;
}

/** A share, to the tenth of a percent where it is small. */
export const percentText = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

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

/** Who says where a picture was taken, as people are told. */
export const placeSources: Record<PlaceSource, string> = {
  file: "its file says so",
  person: "a person's pin",
  accepted: "an estimate that a person has accepted",
  estimate: "an estimate alone",
};

/** How long something takes, or will. */
export function durationText(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), "second").toLowerCase();
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes`;
  return `${(seconds / 3600).toFixed(1)} hours`;
}

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** When a picture was taken, by the camera's clock. */
export const takenText = ({ takenAt }: Pick<ListedPicture, "takenAt">): string =>
  takenAt === null ? "No time" : new Date(takenAt).toISOString().slice(0, 16).replace("T", " ");

/** How precisely a place is said. */
export const levels: Record<Level, string> = { point: "point", city: "city", region: "region", country: "country" };
