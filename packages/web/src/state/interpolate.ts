/** Points between two steps of a trajectory: along great circles, as the flow goes. */
import { angle, normalize, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import type { LocateStep } from "geodrift/contract";

/**
 * Points between two steps of a trajectory, in longitudes and latitudes.
 * @param at position among the steps, from 0 to the last
 * @returns longitude, latitude, longitude, … in degrees
 */
export function pointsAt(steps: readonly LocateStep[], at: number): number[] {
  const low = Math.max(0, Math.min(steps.length - 1, Math.floor(at)));
  const share = at - low;
  const from = steps[low]?.points ?? [];
  const to = steps[low + 1]?.points;
  if (!to || share <= 0) return [...from];
  const out: number[] = [];
  for (let i = 0; i + 1 < from.length; i += 2) {
    const [a, b] = [toVec3({ lng: from[i], lat: from[i + 1] }), toVec3({ lng: to[i], lat: to[i + 1] })];
    const { lat, lng } = toLatLng(slerp(a, b, share));
    out.push(lng, lat);
  }
  return out;
}

function slerp(a: Vec3, b: Vec3, share: number): Vec3 {
  const whole = angle(a, b);
  // Nearly the same point, or nearly opposite ones: any way will do.
  if (whole < 1e-6 || whole > Math.PI - 1e-6) return share < 0.5 ? a : b;
  const [p, q] = [Math.sin((1 - share) * whole), Math.sin(share * whole)];
  return normalize([p * a[0] + q * b[0], p * a[1] + q * b[1], p * a[2] + q * b[2]]);
}
