import { describe, expect, it } from "vitest";
import { type Behind, paintBehind, readBehind } from "./behind.js";

describe("what is behind a landmark", () => {
  const behind: Behind = {
    sky: [
      [0.2, 0.4, 0.8],
      [0.7, 0.8, 0.9],
    ],
    ground: [0.3, 0.35, 0.2],
  };

  it.each([-3, 0, 2])(
    "is read off the edges of a picture, whatever stands in its middle, from a height of %d",
    (height) => {
      const camera = { azimuth: 0, distance: 10, height, focal: 1.2 };
      const size = 32;
      const painted = paintBehind(behind, camera, size);
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < size; y++) painted.fill(0, (c * size + y) * size + 6, (c * size + y) * size + 26);
      const read = readBehind(painted, size, camera);
      const [own, asked] = [read, behind].map(({ sky, ground }) => [...sky.flat(), ...ground]);
      for (const [k, v] of asked.entries()) expect(own[k]).toBeCloseTo(v, 5);
    },
  );

  it("is all sky where the horizon lies below the picture, all ground where above", () => {
    const sky = paintBehind(behind, { azimuth: 0, distance: 1, height: -9, focal: 2 }, 8);
    expect(sky[7 * 8]).toBeCloseTo(0.7, 6);
    const ground = paintBehind(behind, { azimuth: 0, distance: 1, height: 9, focal: 2 }, 8);
    expect(ground[0]).toBeCloseTo(0.3, 6);
  });
});
