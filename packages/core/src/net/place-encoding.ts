/**
 * Positions on the globe as sines and cosines in octaves (Feng et al. 2025, §3.1; Mildenhall et al. 2020, eq. 4), longitude and
 * latitude each by itself.
 *
 * Two traps: over the whole globe sin(2ᵏπv) of v in −1…1 makes both ends one point. For longitude that is right:
 * the date line is one meridian. For latitude the poles would be one; so latitude is divided by 180 as well, runs over
 * −½…½, and a degree means the same for both.
 */
import type { LatLng } from "../sphere/point.js";

/** Numbers that encode one coordinate: a sine and a cosine for every octave. */
export const placeEncodingWidth = (octaves: number): number => 2 * octaves;

/** sin(2ᵏπv) for every octave k = 0 …, then the cosines. */
function octavesInto(out: Float32Array, at: number, v: number, octaves: number): void {
  for (let k = 0; k < octaves; k++) {
    // The whole turns go before π comes in: exact at any octave, and the two names of the date line agree to the bit.
    const turns = 2 ** k * v;
    const phase = Math.PI * (turns - 2 * Math.round(turns / 2));
    out[at + k] = Math.sin(phase);
    out[at + octaves + k] = Math.cos(phase);
  }
}

/**
 * Writes the encoding of a place, [2, 2·octaves], longitude first; for each coordinate sines, then cosines.
 * @param at index of the first number written
 * @param octaves the finest has a wavelength of 360° / 2^(octaves − 1)
 */
export function placeEncodingInto(out: Float32Array, at: number, { lat, lng }: LatLng, octaves: number): void {
  octavesInto(out, at, lng / 180, octaves);
  octavesInto(out, at + 2 * octaves, lat / 180, octaves);
}

/**
 * Writes the encoding of the angle that something is seen from, [1, 2·octaves]: sines, then cosines. 0° and 360° are one.
 * @param at index of the first number written
 * @param azimuth degrees
 * @param octaves the finest has a wavelength of 360° / 2^(octaves − 1)
 */
export const angleEncodingInto = (out: Float32Array, at: number, azimuth: number, octaves: number): void =>
  octavesInto(out, at, azimuth / 180 - 1, octaves);

/** Octaves of the width of a scene: in the first one, a factor of four either way of the usual is a quarter of a wave. */
export const groundOctaves = 4;

/** The usual width of a view on the ground, km. */
const usualGroundKm = 400;
/** The share of a picture's side that a landmark usually fills. */
export const usualFill = 0.75;

/**
 * Writes the encoding of a ground width, [2·groundOctaves]: sines, then cosines of its logarithm.
 * @param at index of the first number written
 * @param groundKm width of a view on the ground in km, above 0
 */
export const groundEncodingInto = (out: Float32Array, at: number, groundKm: number): void =>
  scaleEncodingInto(out, at, groundKm / usualGroundKm);

/**
 * Writes the encoding of how much of a picture something fills, [2·groundOctaves]; what fills half as much is as a view of twice the width.
 * @param at index of the first number written
 * @param fill share of the picture's side, above 0
 */
export const fillEncodingInto = (out: Float32Array, at: number, fill: number): void =>
  scaleEncodingInto(out, at, usualFill / fill);

/** @param ratio how many times wider than usual the scene is */
const scaleEncodingInto = (out: Float32Array, at: number, ratio: number): void =>
  octavesInto(out, at, Math.log(ratio) / Math.log(4) / 2, groundOctaves);
