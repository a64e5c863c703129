import { distanceKm, distanceMetrics, geoScore, manifoldMetrics, officialManifoldBlocks, toVec3 } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { flat, gap, json, present } from "./reference.js";

/** Radians; some of the reference's longitudes lie beyond ±π. */
const place = ([lat, lng]: [number, number]) => ({
  lat: (lat * 180) / Math.PI,
  lng: (((((lng * 180) / Math.PI + 540) % 360) + 360) % 360) - 180,
});

describe("metrics against the official code", () => {
  const reference = json("metrics.json");
  const km: number[] = reference.gt_rad.map((gt: [number, number], i: number) =>
    distanceKm(place(gt), place(reference.pred_rad[i])),
  );
  it("distances and GeoScore", () => {
    expect(km.length).toBeGreaterThan(20);
    expect(gap(km, reference.haversine_km)).toBeLessThan(1e-6);
    expect(gap(km.map(geoScore), reference.geoscore)).toBeLessThan(1e-6);
    reference.edge.forEach(([a, b, c, d]: number[], i: number) => {
      expect(distanceKm(place([a, b]), place([c, d]))).toBeCloseTo(reference.edge_km[i], 6);
    });
  });
  it.skipIf(!present)("accuracies, and means of both", () => {
    const metrics = distanceMetrics(km);
    // The aggregates were taken in single precision.
    expect(metrics.meanKm / reference.aggregate.Haversine).toBeCloseTo(1, 5);
    expect(metrics.meanGeoScore / reference.aggregate.Geoguessr).toBeCloseTo(1, 5);
    [1, 25, 200, 750, 2500].forEach((radius, i) => {
      expect(metrics.accuracy[i]).toBeCloseTo(reference.aggregate[`Accuracy_${radius}_km_radius`], 6);
    });
  });
  it.skipIf(!present)("precision, recall, density, coverage: in blocks as officially, and whole", () => {
    const vectors = (rows: [number, number][]) => Float64Array.from(rows.flatMap((r) => [...toVec3(place(r))]));
    const [truths, guesses] = [vectors(reference.gt_rad), vectors(reference.pred_rad)];
    const values = (m: ReturnType<typeof manifoldMetrics>) => [m.precision, m.recall, m.density, m.coverage];
    const { aggregate } = reference;
    const means = ["precision", "recall", "density", "coverage"].map((key) => aggregate[key]);
    const blocks = officialManifoldBlocks(truths, guesses).map(values);
    const ours = means.map((_, k) => blocks.reduce((sum, b) => sum + b[k], 0) / blocks.length);
    expect(gap(ours, means)).toBeLessThan(1e-9);
    expect(gap(values(manifoldMetrics(truths, guesses)), flat(reference.prdc_single_k3))).toBeLessThan(1e-9);
    expect(gap(values(manifoldMetrics(truths, guesses, 5)), flat(reference.prdc_single_k5))).toBeLessThan(1e-9);
  });
});
