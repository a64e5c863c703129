/** A picture as it leaves the library. */
import type { LatLng } from "@geodrift/core";
import type { Level } from "../states.js";

/** A cell of a grid of latitudes and longitudes, degrees. */
export interface Cell {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** A picture whose place is known, as exports have it. */
export interface ExportedPicture {
  /** Relative to the folder that was added. */
  path: string;
  /** Of the file's bytes, hexadecimal. */
  sha256: string | null;
  /** Milliseconds by the camera's clock, as if it were UTC. */
  takenAt: number | null;
  camera: string | null;
  /** The picture's file or sidecar, an estimate that a person accepted, or a person. */
  source: "file" | "estimate" | "person";
  level: Level;
  /** Degrees; absent where the place is known by names alone, or only to a cell. */
  point?: LatLng;
  /** Metres; absent where a file does not say. */
  uncertaintyMetres?: number;
  /** In which it is, where points are not to be told. */
  cell?: Cell;
  names: { country?: string; countryCode?: string; region?: string; city?: string };
  /** How the place came to be, in Darwin Core's terms. */
  georeference?: Record<string, string | undefined>;
}
