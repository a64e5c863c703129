import { frameOf, Generator, type UprightCamera } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { bestPlacement, type Placement, placedCamera } from "./placement.js";

/** Where a point is in a camera's picture, from its middle, in sides: to the right, downwards; and its depth. */
function seen(camera: UprightCamera, [x, y, z]: readonly number[]): [right: number, down: number, depth: number] {
  const { origin, forward, right } = frameOf(camera);
  const along = ([a, b]: readonly [number, number]) => (x - origin[0]) * a + (y - origin[1]) * b;
  const { focal, height, distance, shift = [0, 0] } = camera;
  const depth = along(forward);
  return [
    (focal * along(right)) / depth + shift[0],
    -focal * ((z - height) / depth + height / distance) - shift[1],
    depth,
  ];
}

it("a placed camera sees every point where the camera sees it once it is placed, as far away in the placed field's unit", () => {
  const random = new Generator(1);
  for (let k = 0; k < 200; k++) {
    const camera: UprightCamera = {
      azimuth: random.uniform(0, 360),
      distance: random.uniform(3, 9),
      height: random.uniform(-2, 4),
      focal: random.uniform(0.8, 3),
      ...(k % 2 && { shift: [random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2)] as const }),
    };
    const placement: Placement = { scale: random.uniform(0.8, 1.25), up: random.uniform(-0.5, 0.5) };
    const point = [1, 1, 2].map((most) => random.uniform(-most, most));
    const placed = point.map((v, axis) => v * placement.scale + (axis === 2 ? placement.up : 0));
    const [right, down, depth] = seen(camera, placed);
    const own = seen(placedCamera(camera, placement), point);
    expect(own[0]).toBeCloseTo(right, 10);
    expect(own[1]).toBeCloseTo(down, 10);
    expect(own[2] * placement.scale).toBeCloseTo(depth, 10);
  }
});

describe("the best placement", () => {
  /** Greatest at a scale and a height, along a ridge of both: a shape that stands on its ground whatever its scale. */
  const ridge = (scale: number, up: number) => async (placement: Placement) => {
    const [a, b] = [Math.log(placement.scale / scale), placement.up - up];
    return 1 - Math.abs(a - b) - 0.1 * Math.abs(a + b);
  };

  it("is found along a ridge of both", async () => {
    for (const [scale, up] of [
      [1.15, 0.14],
      [0.85, -0.3],
      [0.9, 0.2],
    ]) {
      const found = await bestPlacement(ridge(scale, up));
      expect(Math.abs(Math.log(found.scale / scale))).toBeLessThan(0.01);
      expect(Math.abs(found.up - up)).toBeLessThan(0.01);
    }
  });

  it("stays within its bounds", async () => {
    const { scale, up } = await bestPlacement(async (placement) => placement.scale + placement.up);
    expect([scale > 1.2 && scale <= 1.25, up > 0.45 && up <= 0.5]).toEqual([true, true]);
  });

  it("is none where nothing overlaps, or nobody can say", async () => {
    for (const overlap of [0, Number.NaN])
      expect(await bestPlacement(async () => overlap)).toEqual({ scale: 1, up: 0 });
  });
});
