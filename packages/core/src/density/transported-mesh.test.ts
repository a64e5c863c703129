import { describe, expect, it } from "vitest";
import {
  angle,
  distanceKm,
  dot,
  earthAreaKm2,
  earthRadiusKm,
  icosphere,
  meshDistribution,
  normalize,
  toLatLng,
  toVec3,
  transportedMesh,
  triangleArea,
  type Vec3,
  vectorAt,
} from "../index.js";

const m = toVec3({ lat: -33, lng: 179.5 });

/** The Möbius map about m that a constant field makes: atanh z grows by s. */
const moebius =
  (s: number, axis: Vec3 = m) =>
  async (points: Float64Array) => {
    const out = new Float64Array(points.length);
    for (let i = 0; 3 * i < points.length; i++) {
      const x = vectorAt(points, i);
      const z = dot(x, axis);
      const moved = Math.tanh(Math.atanh(Math.max(-1 + 1e-15, Math.min(1 - 1e-15, z))) + s);
      const across = [0, 1, 2].map((k) => x[k] - z * axis[k]);
      const length = Math.hypot(...across);
      const scale = length > 0 ? Math.sqrt(1 - moved * moved) / length : 0;
      out.set(normalize([0, 1, 2].map((k) => moved * axis[k] + scale * across[k]) as unknown as Vec3), 3 * i);
    }
    return out;
  };
const density = (s: number, x: Vec3) => -Math.log(4 * Math.PI) - 2 * Math.log(Math.cosh(s) - dot(x, m) * Math.sinh(s));
/** Mass p lies within z ≥ z(p): the image of the cap of the noise with area p. */
const capOf = (s: number, p: number) => Math.acos(Math.tanh(Math.atanh(1 - 2 * p) + s));

describe("the icosphere", () => {
  it.each([0, 1, 4])("at level %d covers the sphere once, all triangles facing out", (level) => {
    const { vertices, triangles } = icosphere(level);
    expect(triangles.length / 3).toBe(20 * 4 ** level);
    expect(vertices.length / 3).toBe(10 * 4 ** level + 2);
    let total = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => vectorAt(vertices, triangles[t + k]));
      const area = triangleArea(a, b, c);
      expect(area).toBeGreaterThan(0);
      total += area;
    }
    expect(total).toBeCloseTo(4 * Math.PI, 10);
  });
});

describe("a transported mesh", () => {
  it.each([0, 1.5, 5, 8])("of a Möbius map of strength %d agrees with the closed form", async (s) => {
    const mesh = await transportedMesh(moebius(s), { tolerance: 0.1 });
    expect(mesh.variationNats).toBeLessThanOrEqual(0.1);
    expect(mesh.masses.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
    // At s = 8 all but a millionth of the mass lies within 200 km, and the rest of the globe in a few triangles.
    if (s < 8) expect(mesh.areas.reduce((a, b) => a + b)).toBeCloseTo(4 * Math.PI, 6);
    const d = meshDistribution(mesh);
    for (const x of [m, normalize([m[0] + 0.5 / Math.cosh(s), m[1], m[2]])])
      expect(Math.abs(d.logProbNats(toLatLng(x)) - density(s, x))).toBeLessThan(0.1);
    // E[log p] by quadrature over the noise, whose z is uniform.
    let bits = 0;
    for (let i = 0; i < 10_000; i++) {
      const z = Math.tanh(Math.atanh(1 - (2 * i + 1) / 10_000) + s);
      bits += (-Math.log(4 * Math.PI) - 2 * Math.log(Math.cosh(s) - z * Math.sinh(s))) / Math.LN2 / 10_000;
    }
    expect(Math.abs(d.localizabilityBits - bits)).toBeLessThan(0.02);
    if (s === 0) return;
    expect(d.modes.length).toBe(1);
    expect(d.modes[0].mass).toBeCloseTo(1, 9);
    expect(earthRadiusKm * angle(toVec3(d.best), m)).toBeLessThan(0.3 * earthRadiusKm * capOf(s, 0.5));
    expect(d.modes[0].radiusKm / (earthRadiusKm * capOf(s, 0.5))).toBeCloseTo(1, 0.8);
    for (const { mass, radiusKm, areaKm2 } of d.regions([0.5, 0.9, 0.95])) {
      expect(radiusKm / (earthRadiusKm * capOf(s, mass))).toBeCloseTo(1, 1.5);
      // The outline is the circle of that radius about m, across the date line.
      const [ring, ...others] = d.outlines(mass);
      expect(others).toEqual([]);
      for (const x of ring) expect(Math.abs(Math.log(angle(x, m) / capOf(s, mass)))).toBeLessThan(0.1);
      expect(areaKm2).toBeLessThan(earthAreaKm2);
    }
  });
  it("is finest where the mass is, and stops when the vertices run out", async () => {
    let carried = 0;
    const counted = (points: Float64Array) => {
      carried += points.length / 3;
      return moebius(6)(points);
    };
    const mesh = await transportedMesh(counted, { tolerance: 1e-3, maxVertices: 4000 });
    expect(carried).toBeLessThanOrEqual(4003);
    expect(carried).toBeLessThanOrEqual(mesh.vertices.length / 3);
    expect(mesh.variationNats).toBeGreaterThan(1e-3);
    const far = (t: number) => angle(vectorAt(mesh.vertices, mesh.triangles[3 * t]), m) > 10 * capOf(6, 0.5);
    const [inner, outer] = [false, true].map((side) => mesh.areas.filter((_, t) => far(t) === side));
    const mean = (xs: Float64Array) => xs.reduce((a, b) => a + b) / xs.length;
    expect(inner.length).toBeGreaterThan(4 * outer.length);
    expect(mean(inner)).toBeLessThan(mean(outer) / 1000);
  });
  it("is nearer to the density with its cubics than with twice as many vertices and straight lines", async () => {
    for (const s of [1, 3]) {
      const mesh = meshDistribution(await transportedMesh(moebius(s), { level: 2, tolerance: 100 }));
      // 162 vertices are carried.
      for (const mass of [0.5, 0.9]) {
        const [{ radiusKm }] = mesh.regions([mass]);
        expect(Math.abs(Math.log(radiusKm / (earthRadiusKm * capOf(s, mass))))).toBeLessThan(0.01);
      }
    }
  });
  it("represents the distribution by places of equal mass", async () => {
    const s = 3;
    const d = meshDistribution(await transportedMesh(moebius(s)));
    const places = d.representatives(1000);
    const within = Array.from({ length: 1000 }, (_, i) => angle(vectorAt(places, i), m));
    for (const p of [0.25, 0.5, 0.9]) expect(within.filter((r) => r < capOf(s, p)).length / 1000).toBeCloseTo(p, 1.5);
  });
  it("separates two peaks, with their masses", async () => {
    // Noise north of 30° S (three quarters) is drawn to one place, the rest to another.
    const [north, south] = [toVec3({ lat: 60, lng: 10 }), toVec3({ lat: -70, lng: -100 })];
    const [up, down] = [moebius(4, north), moebius(4, south)];
    const both = async (x: Float64Array) => {
      const [a, b] = [await up(x), await down(x)];
      return x.map((_, i) => {
        const z = x[i - (i % 3) + 2];
        const w = 1 / (1 + Math.exp(-40 * (z + 0.5)));
        return w * a[i] + (1 - w) * b[i];
      });
    };
    const onSphere = async (x: Float64Array) => {
      const y = await both(x);
      for (let i = 0; 3 * i < y.length; i++) y.set(normalize(vectorAt(y, i)), 3 * i);
      return y;
    };
    const d = meshDistribution(await transportedMesh(onSphere));
    const [first, second] = d.modes;
    expect(first.mass + second.mass).toBeGreaterThan(0.9);
    expect(first.mass).toBeCloseTo(0.75, 1);
    expect(distanceKm(first, toLatLng(north))).toBeLessThan(300);
    expect(distanceKm(second, toLatLng(south))).toBeLessThan(300);
  });

  it("of a flow to one spot says that everywhere else is improbable, however far", async () => {
    // All but a hair of the sphere ends within a degree of m: what is left of the globe falls to a folded triangle.
    const d = meshDistribution(await transportedMesh(moebius(8), { level: 2, tolerance: 1 }));
    for (const place of [
      { lat: 0, lng: 0 },
      { lat: 33, lng: -0.5 },
      { lat: 80, lng: 120 },
      { lat: -33, lng: 120 },
    ]) {
      expect(Math.exp(d.logProbNats(place))).toBeLessThan(1 / (4 * Math.PI));
      expect(d.credibleLevel(place)).toBeGreaterThan(0.9);
    }
  });
});
