/** Names of places: what the map writes, and what is found by name. Made when the page is built (scripts/names.ts), fetched when they are needed. */
import type { LatLng } from "@geodrift/core";
import type { Feature, FeatureCollection, Point } from "geojson";
import { areaName } from "../texts/answer-words.js";
import { t } from "../texts/language.svelte.js";
import { type NameRow, nameFiles } from "./name-files.js";

const loaded = new Map<string, Promise<readonly NameRow[]>>();

/** The names of a file, fetched once; none is remembered that did not come. */
function rowsOf(file: string): Promise<readonly NameRow[]> {
  const known = loaded.get(file) ?? fetchRows(file);
  loaded.set(file, known);
  known.catch(() => loaded.delete(file));
  return known;
}

async function fetchRows(file: string): Promise<readonly NameRow[]> {
  const response = await fetch(new URL(file, document.baseURI));
  if (!response.ok) throw new Error(t("error.noNames"));
  return response.json();
}

/**
 * Names as the map takes them.
 * @param fine whether those that are seen from near are among them
 */
export async function nameFeatures(fine: boolean): Promise<FeatureCollection<Point>> {
  const files = [nameFiles.coarse, ...(fine ? [nameFiles.fine] : [])];
  const rows = (await Promise.all(files.map(rowsOf))).flat();
  const features = rows.map(
    (row, rank): Feature<Point> => ({
      type: "Feature",
      properties: { kind: row[0], name: writtenName(row), zoom: row[4], rank },
      geometry: { type: "Point", coordinates: [row[3], row[2]] },
    }),
  );
  return { type: "FeatureCollection", features };
}

/** Countries are written in the language of the page; what else there is, as the sources have it. */
const writtenName = ([kind, name, , , , code]: NameRow): string =>
  kind === "country" ? areaName({ name, code }) : name;

/** A place that was found by its name, or by what it is written as. */
export interface Found extends LatLng {
  name: string;
  kind: NameRow[0] | "coordinates";
  /** What it is, and where. */
  detail: string;
  /** Kilometres around it that are worth seeing. */
  radiusKm: number;
}

/** Letters that are no others with accents, and what people type for them. */
const plain: Record<string, string> = { ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ı: "i" };

/** As names are compared: without accents, in small letters, words apart whatever stands between them. */
const folded = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[øłđðþßæœı]/g, (letter) => plain[letter])
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** What people call countries besides. */
const alsoCalled: Record<string, string> = {
  ...{ uk: "GB", "great britain": "GB", england: "GB", scotland: "GB", wales: "GB" },
  ...{ usa: "US", "united states of america": "US", uae: "AE" },
};

/** All rows with their folded names, in one order: made once, as every letter that is typed asks for them. */
let all: { rows: readonly NameRow[]; names: readonly string[] } | undefined;

async function allNames(): Promise<NonNullable<typeof all>> {
  if (all) return all;
  const rows = (await Promise.all([nameFiles.coarse, nameFiles.fine].map(rowsOf))).flat();
  all = { rows, names: rows.map(([, name]) => folded(name)) };
  return all;
}

const countryNames = new Intl.DisplayNames(["en"], { type: "region" });
/** At this zoom the map shows about so much around its middle. */
const radiusAt = (zoom: number): number => Math.max(40, 6000 / 2 ** zoom);

/**
 * Places whose names are, or begin with, or hold what is typed; of equals those that are seen from farther first. After a comma a country
 * may be said ("Paris, US").
 * @param most how many at most
 * @throws Error if the names cannot be fetched
 */
export async function findPlaces(text: string, most = 8): Promise<Found[]> {
  const [wanted, within] = text.split(",").map(folded);
  if (!wanted) return [];
  const { rows, names } = await allNames();
  const isWithin = (code: string) =>
    within === undefined ||
    (code !== "" &&
      (code.toLowerCase() === within ||
        alsoCalled[within] === code ||
        [countryNames.of(code) ?? "", areaName({ name: "", code })].some((name) => folded(name).startsWith(within))));
  const found = rows.flatMap((row, i) => {
    // Countries by their names in this language as well.
    const called = row[0] === "country" ? [names[i], folded(writtenName(row))] : [names[i]];
    const worths = called.flatMap((name) => {
      const at = ` ${name}`.indexOf(` ${wanted}`);
      return at < 0 ? [] : [name === wanted ? 0 : at === 0 ? 1 : 2];
    });
    return worths.length > 0 && isWithin(row[5]) ? [{ row, worth: Math.min(...worths) }] : [];
  });
  // Oceans are written twice, and found once.
  const isFirst = ({ row }: (typeof found)[0], i: number) =>
    row[0] !== "water" || found.findIndex((f) => f.row[0] === "water" && f.row[1] === row[1]) === i;
  return found
    .filter(isFirst)
    .sort((a, b) => a.worth - b.worth || a.row[4] - b.row[4])
    .slice(0, most)
    .map(({ row }) => {
      const [kind, , lat, lng, zoom, code] = row;
      const what = t(`search.kind.${kind}`);
      const country = code && areaName({ name: countryNames.of(code) ?? code, code });
      return {
        ...{ name: writtenName(row), kind, lat, lng, radiusKm: radiusAt(kind === "country" ? zoom + 2 : zoom) },
        detail: country && kind !== "country" ? t("search.in", { kind: what, country }) : what,
      };
    });
}
