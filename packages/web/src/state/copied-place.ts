/** A place that is taken from one picture to others: a person's word, or what a file says; never what a model says. */
import type { LatLng } from "@geodrift/core";
import type { Level, PictureDetail } from "geodrift/contract";
import { t } from "../texts/language.svelte.js";

/** A place that is said of more pictures than one: degrees, how precisely it is said, and the radius in km within which it is sure. */
export interface CopiedPlace extends LatLng {
  level: Level;
  radiusKm: number;
  /** Number and path of the picture that it is of. */
  id: number;
  from: string;
}

/** Within so many km a place is sure that a file says, km. */
const fileRadiusKm = 0.1;

/**
 * Where a picture was taken, as a person or its file says: as precisely as they say it.
 * @throws Error with one sentence where nobody says, or a model alone
 */
export function placeToCopy({ id, path, decision, recorded, estimate }: PictureDetail): CopiedPlace {
  const said = (decision ?? {}) as Partial<CopiedPlace> & { kind?: string; source?: string };
  const from = { id, from: path };
  if (said.kind === "accept" && said.source === "person" && said.lat !== undefined && said.lng !== undefined)
    return { lat: said.lat, lng: said.lng, level: said.level ?? "country", radiusKm: said.radiusKm ?? 1, ...from };
  if (recorded) return { ...recorded, level: "point", radiusKm: fileRadiusKm, ...from };
  throw new Error(t(said.kind === "accept" || estimate ? "said.modelSays" : "said.nobodySays", { path }));
}
