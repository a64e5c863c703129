/** A decoded picture: 8-bit RGB, rows from the top. */
export interface Picture {
  width: number;
  height: number;
  /** [height, width, 3]. */
  data: Uint8Array;
}
