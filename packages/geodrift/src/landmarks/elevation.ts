/** Heights of the ground on a grid, whichever file they are from. */

/** Lowest and highest ground that there is on land, metres, with some to spare: what is beyond was not measured. */
const [lowest, highest] = [-500, 9000];

/** A height as a file has it, and NaN for one that marks what was not measured. */
export const heightOrNone = (metres: number): number => (metres > lowest && metres < highest ? metres : Number.NaN);

/** Heights on a grid of even steps. */
export interface Elevation {
  /** Metres above the sea, columns from west to east, each from south to north, [columns, rows]; NaN where there is none. */
  heights: Float32Array;
  columns: number;
  rows: number;
  /** Metres from one to the next. */
  step: number;
  /** Easting and northing of the first height, metres of its projection. */
  origin: readonly [easting: number, northing: number];
}
