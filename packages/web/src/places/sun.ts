/** The sun over a place: how high, where, and what shadows it casts. */
import { expMap, type LatLng, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { getPosition } from "suncalc";

/** Where the sun stands, degrees: its height with the air's refraction, and its direction, from north by east. */
export interface SunPosition {
  altitude: number;
  azimuth: number;
  /** Where shadows point; absent at night. */
  shadow?: {
    azimuth: number;
    /** How many times as long as what casts it is high, on level ground. */
    ratio: number;
  };
}

/** The sun over a place at a time. */
export function sunOver({ lat, lng }: LatLng, time: Date): SunPosition {
  const { altitude, azimuth } = getPosition(time, lat, lng);
  if (altitude <= 0) return { altitude, azimuth };
  return {
    altitude,
    azimuth,
    shadow: { azimuth: (azimuth + 180) % 360, ratio: 1 / Math.tan((altitude * Math.PI) / 180) },
  };
}

/** A line from a place into a direction (degrees from north by east), so many radians long. */
export function lineTowards(place: LatLng, azimuth: number, radians: number): LatLng[] {
  const [phi, lambda] = [(place.lat * Math.PI) / 180, (place.lng * Math.PI) / 180];
  const north: Vec3 = [-Math.sin(phi) * Math.cos(lambda), -Math.sin(phi) * Math.sin(lambda), Math.cos(phi)];
  const east: Vec3 = [-Math.sin(lambda), Math.cos(lambda), 0];
  const a = (azimuth * Math.PI) / 180;
  const along = north.map((n, i) => radians * (Math.cos(a) * n + Math.sin(a) * east[i])) as unknown as Vec3;
  return [place, toLatLng(expMap(toVec3(place), along))];
}
