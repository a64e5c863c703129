/** Numbers and names as people read them, in the language of the page. */
import type { ListedPicture, State } from "geodrift/contract";
import { number, speech, t } from "./texts/language.svelte.js";

/** What distances are told in. */
export const units = ["km", "miles"] as const;
export type Units = (typeof units)[number];

/** Of the international mile. */
const kmOfMile = 1.609344;

const sized = (km: number, of: Units): [size: number, unit: string] =>
  of === "km" ? [km, "km"] : [km / kmOfMile, "mi"];

/** A distance to as many digits as make sense: one decimal below 10, then two digits, and one more from 1,000 on. */
export function distanceText(km: number, of: Units): string {
  const [size, unit] = sized(km, of);
  const digits = size < 10 ? { minimumFractionDigits: 1, maximumFractionDigits: 1 } : {};
  return `${number(size < 10 ? size : Number(size.toPrecision(size < 1000 ? 2 : 3)), digits)} ${unit}`;
}

/** A distance that was measured: to the tenth below a hundred, to the unit from there on. */
export function measuredText(km: number, of: Units): string {
  const [size, unit] = sized(km, of);
  return `${number(size, { maximumFractionDigits: size < 100 ? 1 : 0 })} ${unit}`;
}

/** An area, to the unit, or in millions. */
export function areaText(km2: number, of: Units): string {
  const [size, unit] = of === "km" ? [km2, "km²"] : [km2 / kmOfMile ** 2, "mi²"];
  return size >= 1e7
    ? t("units.million", { size: number(Math.round(size / 1e6)), unit })
    : `${number(Math.round(size))} ${unit}`;
}

/** With so many decimals, none left out. */
export const fixed = (x: number, decimals: number): string =>
  number(x, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** A share, to the tenth of a percent where it is small. */
export const percentText = (share: number): string => `${fixed(100 * share, share < 0.1 ? 1 : 0)} %`;

/** States of pictures, what is to be done first. */
export const states: readonly State[] = [
  "queue",
  "accepted",
  "written",
  "located",
  "rejected",
  "not-a-place",
  "unreadable",
];

/** How long something takes, or will. */
export function durationText(seconds: number): string {
  if (seconds < 90) return t("units.seconds", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 90 * 60) return t("units.minutes", { count: Math.round(seconds / 60) });
  return t("units.hours", { hours: fixed(seconds / 3600, 1) });
}

/** A day and a time of it, as this machine's clock has them. */
export const momentText = (at: number): string =>
  new Date(at).toLocaleString(speech.language === "en" ? "en-GB" : speech.language, {
    dateStyle: "medium",
    timeStyle: "short",
  });

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** When a picture was taken, by the camera's clock. */
export const takenText = ({ takenAt }: Pick<ListedPicture, "takenAt">): string =>
  takenAt === null ? t("library.noTime") : new Date(takenAt).toISOString().slice(0, 16).replace("T", " ");

/** A text with a full stop. */
export const sentence = (text: string): string => text.replace(/\.?$/, ".");
