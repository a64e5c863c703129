import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { cornersOf, icosphere, type SphereMesh } from "./icosphere.js";
import { cross, dot, toVec3, type Vec3 } from "./point.js";
import { uniformPoint } from "./sampling.js";
import { triangleIndex } from "./triangle-index.js";

const holds = (mesh: SphereMesh, t: number, x: Vec3) => {
  const [a, b, c] = cornersOf(mesh, t);
  return dot(a, x) > 0 && dot(x, cross(a, b)) >= 0 && dot(x, cross(b, c)) >= 0 && dot(x, cross(c, a)) >= 0;
};

describe("an index of triangles", () => {
  it.each([0, 1, 4])("gives every triangle that holds a place, and few others (level %d)", (level) => {
    const mesh = icosphere(level);
    const near = triangleIndex(mesh);
    const random = new Generator(1);
    const places = Array.from({ length: 200 }, () => uniformPoint(random));
    for (const lat of [-90, 0, 90]) places.push(toVec3({ lat, lng: 180 }));
    let given = 0;
    for (const x of places) {
      const found = near(x);
      given += found.length;
      for (let t = 0; 3 * t < mesh.triangles.length; t++) if (holds(mesh, t, x)) expect(found).toContain(t);
    }
    if (level === 4) expect(given / places.length).toBeLessThan(20);
  });
  it("of no triangles gives none", () => {
    expect(triangleIndex({ vertices: new Float64Array(), triangles: new Uint32Array() })([1, 0, 0])).toEqual([]);
  });
});
