/** What the server says of an archive. */
import type { LatLng } from "@geodrift/core";

export const states = {
  queue: "Without a place",
  accepted: "Accepted, not written",
  written: "Written",
  located: "With a place in the file",
  rejected: "Rejected",
  "not-a-place": "No place",
  unreadable: "Unreadable",
} as const;
export type State = keyof typeof states;

export const levels = { point: "point", city: "city", region: "region", country: "country" } as const;
export type Level = keyof typeof levels;

export interface Overview {
  counts: Record<State, number>;
  missing: number;
  folders: { id: number; path: string; scannedAt: number | null; pictures: number }[];
  unestimated: number;
  canAdd: boolean;
  undo?: number;
  job?: { kind: "scan" | "estimate"; progress: Record<string, number>; running: boolean; error?: string };
}

export interface Listed {
  id: number;
  path: string;
  album: string;
  state: State;
  takenAt: number | null;
  camera: string | null;
  recorded: LatLng | null;
  error: string | null;
  decided: { place: string; level: Level; source: "estimate" | "person" } | null;
  estimate: { best: LatLng; place: string; bits: number; radiusKm: number; abstained: boolean; madeAt: number } | null;
}

export interface KnownPlaces {
  kind: string;
  label: string;
  places: (LatLng & { picture?: number; path?: string; minutes: number })[];
}

export interface Album {
  folder: number;
  album: string;
  pictures: number;
}

/** What became of one picture. */
export interface Outcome {
  picture: number;
  sidecar?: string;
  error?: string;
}
