/**
 * Elevation models of the United States Geological Survey in their old text format (“Digital Elevation Models: Data Users Guide 5”,
 * 1993): 1024-byte records, profiles from south to north.
 */
import { GeodriftError } from "@geodrift/core/errors";
import { type Elevation, heightOrNone } from "./elevation.js";

const record = 1024;
/** Bytes in front of a profile's heights, and bytes of a height. */
const [headerBytes, cell] = [144, 6];
/** Heights of a profile's first record, and of the next ones. */
const [inFirst, inNext] = [146, 170];

/**
 * Reads an elevation model.
 * @throws GeodriftError `data`, without the file's name, if it is none or cut off
 */
export function readDem(bytes: Uint8Array): Elevation {
  const text = new TextDecoder("latin1").decode(bytes);
  /** Fortran's numbers have a D where others have an E. */
  const number = (from: number, length: number): number => {
    const said = text.slice(from, from + length).trim();
    const value = said === "" ? Number.NaN : Number(said.replace(/D/i, "E"));
    if (!Number.isFinite(value))
      throw new GeodriftError(
        "data",
        `no elevation model of the USGS: a number is needed at byte ${from}, got "${said.slice(0, 20)}"`,
      );
    return value;
  };
  const columns = number(858, 6);
  // Units of the ground and of heights: 2 is metres.
  const [ground, heights] = [number(528, 6), number(534, 6)];
  if (ground !== 2 || heights !== 2)
    throw new GeodriftError("data", `ground and heights in metres (2 and 2) are needed, got ${ground} and ${heights}`);
  const [step, stepNorth, stepUp] = [number(816, 12), number(828, 12), number(840, 12)];
  if (step !== stepNorth || !(step > 0))
    throw new GeodriftError("data", `steps of one length are needed, got ${step} and ${stepNorth}`);
  const profiles: { easting: number; northing: number; values: number[] }[] = [];
  let at = record;
  for (let p = 0; p < columns; p++) {
    const count = number(at + 12, 6);
    if (at + headerBytes + cell * Math.min(count, inFirst) > text.length)
      throw new GeodriftError("data", `is cut off: ${p} of its ${columns} profiles are there`);
    const [easting, northing] = [number(at + 24, 24), number(at + 48, 24)];
    const base = number(at + 72, 24);
    const values: number[] = [];
    for (let k = 0; k < count; k++) {
      const later = k - inFirst;
      const from =
        later < 0
          ? at + headerBytes + cell * k
          : at + record * (1 + Math.floor(later / inNext)) + cell * (later % inNext);
      values.push(base + number(from, cell) * stepUp);
    }
    profiles.push({ easting, northing, values });
    at += record * (1 + Math.ceil(Math.max(0, count - inFirst) / inNext));
  }
  const south = Math.min(...profiles.map(({ northing }) => northing));
  const rows = Math.max(
    ...profiles.map(({ northing, values }) => Math.round((northing - south) / step) + values.length),
  );
  const grid = new Float32Array(columns * rows).fill(Number.NaN);
  profiles.forEach(({ northing, values }, p) => {
    // Files mark what was not measured by −32,767.
    grid.set(values.map(heightOrNone), p * rows + Math.round((northing - south) / step));
  });
  return { heights: grid, columns, rows, step, origin: [profiles[0].easting, south] };
}
