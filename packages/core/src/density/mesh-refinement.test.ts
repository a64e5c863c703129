import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { cornersOf, edgeKey, icosphere, midpoint, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { angle, toLatLng, toVec3, type Vec3, vectorAt } from "../sphere/point.js";
import { uniformPoint } from "../sphere/sampling.js";
import { meshDistribution } from "./mesh-distribution.js";
import { type DensityMesh, type Measured, refinedMesh, split } from "./mesh-refinement.js";
import { refinedNear } from "./refine-near.js";

const count = (mesh: SphereMesh) => mesh.triangles.length / 3;
const areasOf = (mesh: SphereMesh) =>
  Float64Array.from({ length: count(mesh) }, (_, t) => triangleArea(...cornersOf(mesh, t)));
const sum = (xs: Float64Array) => xs.reduce((a, b) => a + b, 0);

function edgesOf({ triangles }: SphereMesh): Map<string, number> {
  const walked = new Map<string, number>();
  for (let i = 0; i < triangles.length; i++) {
    const key = `${triangles[i]}>${triangles[i % 3 === 2 ? i - 2 : i + 1]}`;
    walked.set(key, (walked.get(key) ?? 0) + 1);
  }
  return walked;
}

/** Closed, without vertices on the edges of neighbours: every edge is walked once each way. */
function expectConforming(mesh: SphereMesh): void {
  const walked = edgesOf(mesh);
  const open = [...walked].filter(([edge, n]) => n !== 1 || walked.get(edge.split(">").reverse().join(">")) !== 1);
  expect(open).toEqual([]);
}

/** Any edges of a mesh. */
function someEdges(mesh: SphereMesh, seed: number, share: number): Set<number> {
  const random = new Generator(seed);
  const keys = [...edgesOf(mesh).keys()].map((e) => edgeKey(...(e.split(">").map(Number) as [number, number])));
  return new Set([...new Set(keys)].filter(() => random.uniform() < share));
}

describe("cutting edges of a triangulation", () => {
  const cases = fc.record({
    level: fc.integer({ min: 0, max: 2 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    share: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
  });
  it("leaves a triangulation of the sphere, whichever they are", () => {
    fc.assert(
      fc.property(cases, ({ level, seed, share }) => {
        const mesh = icosphere(level);
        const marked = someEdges(mesh, seed, share);
        const fine = split(mesh, marked);
        expectConforming(fine);
        // Every cut of an edge adds one vertex and, on both of its sides, one triangle.
        expect(fine.vertices.length / 3).toBe(mesh.vertices.length / 3 + marked.size);
        expect(count(fine)).toBe(count(mesh) + 2 * marked.size);
        const areas = areasOf(fine);
        expect(Math.min(...areas)).toBeGreaterThan(0);
        expect(sum(areas)).toBeCloseTo(4 * Math.PI, 10);
      }),
      { numRuns: 15 },
    );
  });
  it("puts new vertices in the middle of their edges, behind the old ones, in the order of the marks", () => {
    const mesh = icosphere(1);
    const marked = someEdges(mesh, 3, 0.3);
    const fine = split(mesh, marked);
    expect(fine.vertices.slice(0, mesh.vertices.length)).toEqual(mesh.vertices);
    [...marked].forEach((key, n) => {
      const ends = [Math.floor(key / 2 ** 26), key % 2 ** 26].map((i) => vectorAt(mesh.vertices, i));
      const own = vectorAt(fine.vertices, mesh.vertices.length / 3 + n);
      expect([...own]).toEqual([...midpoint(ends[0], ends[1])]);
    });
  });
  it("of all edges is the next icosphere", () => {
    const fine = split(icosphere(1), someEdges(icosphere(1), 1, 1));
    const size = (m: SphereMesh) => [...areasOf(m)].sort((a, b) => a - b);
    const own = size(fine);
    size(icosphere(2)).forEach((a, i) => {
      expect(own[i]).toBeCloseTo(a, 12);
    });
  });
});

/** A measured mesh of a density by its vertices. */
const measured =
  (logDensity: (x: Vec3) => number) =>
  (mesh: SphereMesh): Measured => {
    const areas = areasOf(mesh);
    const vertexLogDensities = Float64Array.from({ length: mesh.vertices.length / 3 }, (_, i) =>
      logDensity(vectorAt(mesh.vertices, i)),
    );
    const raw = areas.map((a, t) => {
      const corners = [0, 1, 2].map((k) => Math.exp(vertexLogDensities[mesh.triangles[3 * t + k]]));
      return (a * (corners[0] + corners[1] + corners[2])) / 3;
    });
    const total = sum(raw);
    const turned = new Uint8Array(areas.length);
    return { ...mesh, masses: raw.map((m) => m / total), areas, turned, vertexLogDensities };
  };

describe("refinement", () => {
  const peak = toVec3({ lat: -10, lng: 180 });
  const bump = (x: Vec3) => 40 * (Math.cos(angle(x, peak)) - 1);
  it("stops within the tolerance, is finest at the peak, and asks for every new vertex once", async () => {
    const asked: number[] = [];
    const note = async (v: Float64Array) => void asked.push(v.length / 3);
    const mesh = await refinedMesh(icosphere(2), note, measured(bump), { tolerance: 0.3 });
    expect(mesh.variationNats).toBeLessThanOrEqual(0.3);
    expect(162 + asked.reduce((a, b) => a + b, 0)).toBe(mesh.vertices.length / 3);
    expectConforming(mesh);
    const near = [...mesh.areas].filter((_, t) => angle(cornersOf(mesh, t)[0], peak) < 0.1);
    const far = [...mesh.areas].filter((_, t) => angle(cornersOf(mesh, t)[0], peak) > 1.5);
    expect(Math.max(...near)).toBeLessThan(0.1 * Math.min(...far));
    expect(sum(mesh.masses)).toBeCloseTo(1, 12);
  });
  it("leaves alone what is flat, and says how much is unresolved when the vertices run out", async () => {
    const none = async () => expect.unreachable("nothing to ask");
    const flat = await refinedMesh(
      icosphere(2),
      none,
      measured(() => 0),
      {},
    );
    expect([flat.variationNats, flat.vertices.length / 3]).toEqual([0, 162]);
    const short = await refinedMesh(icosphere(2), async () => {}, measured(bump), {
      tolerance: 0.01,
      maxVertices: 300,
    });
    expect(short.variationNats).toBeGreaterThan(0.01);
    // Whole triangles are cut: the last may go two edges beyond.
    expect(short.vertices.length / 3).toBeLessThanOrEqual(302);
    expect(short.vertices.length / 3).toBeGreaterThanOrEqual(300);
  });
});

describe("refinement near a place", () => {
  it("keeps the distribution, and has edges of half the width about the place, wherever it is", () => {
    const coarse: DensityMesh = { ...measured((x) => x[2])(icosphere(1)), variationNats: 0.25 };
    const near = fc.oneof(
      fc.constantFrom(toVec3({ lat: 90, lng: 0 }), toVec3({ lat: 3, lng: 180 })),
      fc.integer({ min: 0, max: 1e6 }).map((s) => uniformPoint(new Generator(s))),
    );
    fc.assert(
      fc.property(near, fc.constantFrom(0.04, 0.1, 0.4), (centre, width) => {
        const fine = refinedNear(coarse, [{ centre, width }]);
        expectConforming(fine);
        expect(sum(fine.masses)).toBeCloseTo(1, 10);
        expect(sum(fine.areas)).toBeCloseTo(4 * Math.PI, 10);
        expect(fine.vertexLogDensities.length).toBe(fine.vertices.length / 3);
        let longest = 0;
        for (let t = 0; t < count(fine); t++) {
          const corners = cornersOf(fine, t);
          if (!corners.some((c) => angle(c, centre) < width / 2)) continue;
          longest = Math.max(longest, ...corners.map((c, k) => angle(c, corners[(k + 1) % 3])));
        }
        expect(longest).toBeLessThanOrEqual(width / 2 + 1e-12);
      }),
      { numRuns: 5 },
    );
  });
  it("has triangles that grow with the distance: no edge is longer than a third of it", () => {
    const coarse: DensityMesh = { ...measured(() => 0)(icosphere(0)), variationNats: 0 };
    const [centre, width] = [toVec3({ lat: 12, lng: -180 }), 0.2];
    const fine = refinedNear(coarse, [{ centre, width }]);
    let greatest = 0;
    for (let t = 0; t < count(fine); t++) {
      const corners = cornersOf(fine, t);
      const farthest = Math.max(...corners.map((c) => angle(c, centre)));
      const longest = Math.max(...corners.map((c, k) => angle(c, corners[(k + 1) % 3])));
      expect(longest).toBeLessThanOrEqual(Math.max(width / 2, farthest / 3));
      greatest = Math.max(greatest, longest);
    }
    expect(greatest).toBeGreaterThan(3 * width);
  });
  it("is fine near each of several places, and no finer than for each of them alone", () => {
    const coarse: DensityMesh = { ...measured((x) => x[1])(icosphere(1)), variationNats: 0 };
    const foci = [
      { centre: toVec3({ lat: 90, lng: 0 }), width: 0.1 },
      { centre: toVec3({ lat: 3, lng: 180 }), width: 0.04 },
      { centre: toVec3({ lat: 3, lng: -178 }), width: 0.2 },
    ];
    const fine = refinedNear(coarse, foci);
    expectConforming(fine);
    for (let t = 0; t < count(fine); t++) {
      const corners = cornersOf(fine, t);
      const longest = Math.max(...corners.map((c, k) => angle(c, corners[(k + 1) % 3])));
      for (const { centre, width } of foci)
        if (corners.some((c) => angle(c, centre) < width / 2)) expect(longest).toBeLessThanOrEqual(width / 2 + 1e-12);
    }
    const apart = foci.map((focus) => count(refinedNear(coarse, [focus])));
    expect(count(fine)).toBeLessThanOrEqual(apart.reduce((a, b) => a + b, 0));
    expect(refinedNear(coarse, [])).toBe(coarse);
  });
  it("leaves the density as it was, at every place, and asks nobody", () => {
    const coarse: DensityMesh = { ...measured((x) => 3 * x[0])(icosphere(2)), variationNats: 0 };
    const fine = refinedNear(coarse, [{ centre: [0, 0, 1], width: 0.1 }]);
    const [before, after] = [meshDistribution(coarse), meshDistribution(fine)];
    const random = new Generator(5);
    for (let i = 0; i < 300; i++) {
      const place = toLatLng(uniformPoint(random));
      expect(after.logProbNats(place)).toBeCloseTo(before.logProbNats(place), 1);
    }
    expect(refinedNear(coarse, [{ centre: [0, 0, 1], width: 10 }]).triangles).toEqual(coarse.triangles);
  });
  it("hands the mass of a triangle that is turned over on by area", () => {
    const flat = measured((x) => x[0])(icosphere(0));
    const coarse: DensityMesh = { ...flat, turned: flat.turned.map(() => 1), variationNats: 0 };
    const fine = refinedNear(coarse, [{ centre: [0, 0, 1], width: 0.3 }]);
    const known = [...coarse.masses.map((m, t) => m / coarse.areas[t])];
    fine.masses.forEach((m, t) => {
      expect(known.some((d) => Math.abs(d - m / fine.areas[t]) < 1e-12)).toBe(true);
    });
  });
});
