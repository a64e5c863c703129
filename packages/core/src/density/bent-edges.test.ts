import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { geodesicSphere } from "../sphere/icosphere.js";
import { dot, normalize, type Vec3, vectorAt } from "../sphere/point.js";
import { cutWhereBent } from "./bent-edges.js";

const valuesOf = (f: (x: Vec3) => number, vertices: Float64Array) =>
  Float64Array.from({ length: vertices.length / 3 }, (_, v) => f(vectorAt(vertices, v)));

describe("values between the vertices of a mesh", () => {
  it("err by the cube of the edges' length and less, where straight lines err by its square", () => {
    const smooth = (x: Vec3) => 2 * Math.sin(3 * x[0]) + x[1] * x[2] - x[2] ** 3;
    const errors = [8, 16, 32].map((parts) => {
      const mesh = geodesicSphere(parts);
      const values = valuesOf(smooth, mesh.vertices);
      const cut = cutWhereBent(mesh, values, 0);
      const truth = valuesOf(smooth, cut.mesh.vertices);
      const cubic = cut.values.map((v, k) => Math.abs(v - truth[k])).slice(values.length);
      return cubic.reduce((a, b) => a + b) / cubic.length;
    });
    expect(errors[0] / errors[1]).toBeGreaterThan(7);
    expect(errors[1] / errors[2]).toBeGreaterThan(7);
    expect(errors[0]).toBeLessThan(2e-3);
  });
  it("are not asked for where nothing bends", () => {
    const mesh = geodesicSphere(4);
    const cut = cutWhereBent(mesh, new Float64Array(mesh.vertices.length / 3).fill(-3), 0.05);
    expect(cut.mesh.vertices).toEqual(mesh.vertices);
    expect(cut.mesh.triangles).toEqual(mesh.triangles);
  });
  it("are as near to a smooth function beside a hole as straight lines at the least", () => {
    const mesh = geodesicSphere(8);
    const smooth = (x: Vec3) => (x[2] < -0.7 ? Number.NEGATIVE_INFINITY : x[0] + x[1] * x[2]);
    const values = valuesOf(smooth, mesh.vertices);
    const cut = cutWhereBent(mesh, values, 1e-3);
    const truth = valuesOf(smooth, cut.mesh.vertices);
    const off = cut.values.map((v, k) => Math.abs(v - truth[k])).slice(values.length);
    expect(off.length).toBeGreaterThan(100);
    expect(Math.max(...off)).toBeLessThan(4e-3);
  });
  it("never leave the range of what lies around them, whatever kinks, peaks and holes there are", () => {
    const unit = fc
      .tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
      .filter((x) => Math.hypot(...x) > 0.1)
      .map((x) => normalize(x as unknown as Vec3));
    fc.assert(
      fc.property(
        unit,
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (at, floor, kappa) => {
          const mesh = geodesicSphere(5);
          const values = valuesOf(
            (x) => (dot(x, at) < -0.8 ? Number.NEGATIVE_INFINITY : Math.max(-floor, kappa * (dot(x, at) - 1))),
            mesh.vertices,
          );
          const finite = values.filter(Number.isFinite);
          const [least, most] = [Math.min(...finite), Math.max(...finite)];
          const added = cutWhereBent(mesh, values, 1e-3).values.slice(values.length);
          expect(added.every((value) => value >= least && value <= most)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
