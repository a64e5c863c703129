/** A place that is taken from one picture to others. */
import type { LatLng } from "@geodrift/core";
import type { PictureDetail } from "geodrift/contract";

/** A place that is said of more pictures than one: degrees, with the radius in km within which it is sure. */
export interface CopiedPlace extends LatLng {
  radiusKm: number;
  /** Path of the picture that it is of. */
  from: string;
}

/** Within so many km a place is sure that a file says, km. */
const fileRadiusKm = 0.1;

/** Where a picture was taken, as far as anybody says: what a person has said, else what its file says, else its estimate, if that tells anything. */
export function placeToCopy({ decision, recorded, estimate }: PictureDetail): Omit<CopiedPlace, "from"> | undefined {
  const { kind, lat, lng, radiusKm } = (decision ?? {}) as Partial<CopiedPlace> & { kind?: string };
  if (kind === "accept" && lat !== undefined && lng !== undefined) return { lat, lng, radiusKm: radiusKm ?? 1 };
  if (recorded) return { ...recorded, radiusKm: fileRadiusKm };
  return estimate && !estimate.abstained ? { ...estimate.best, radiusKm: estimate.radiusKm } : undefined;
}
