import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AimedAt, aimed, settleAims, takeAim } from "./aim.js";

const size = 48;
const gains = [0.9, 1, 1.1];

/** A soft ellipse before grey, moved and made larger as an aim says: what a field of it would show. */
function shown([right, up, larger]: readonly number[]): Pick<AimedAt, "colours" | "opacity" | "behind"> {
  const area = size * size;
  const opacity = new Float32Array(area);
  const colours = new Float32Array(3 * area);
  for (let at = 0; at < area; at++) {
    const u = (((at % size) + 0.5) / size - 0.5 - right) / Math.exp(larger);
    const v = ((Math.floor(at / size) + 0.5) / size - 0.5 + up) / Math.exp(larger);
    opacity[at] = 1 / (1 + Math.exp(60 * (Math.hypot(u / 0.8, v) - 0.25)));
    for (let c = 0; c < 3; c++) colours[c * area + at] = opacity[at] * (0.1 + 0.2 * c + 0.4 * u);
  }
  return { colours, opacity, behind: new Float32Array(3 * area).fill(0.6) };
}

const pictureOf = ({ colours, opacity, behind }: ReturnType<typeof shown>) =>
  colours.map((v, k) => gains[Math.floor(k / opacity.length)] * (v + (1 - opacity[k % opacity.length]) * behind[k]));

const small = fc.double({ min: -0.05, max: 0.05, noNaN: true });

describe("an aim", () => {
  it("is found from what a photograph shows", () => {
    fc.assert(
      fc.property(small, small, small, (...truth) => {
        const photograph = pictureOf(shown(truth));
        const aim = new Float32Array(3);
        for (let k = 0; k < 12; k++) {
          const own = shown([...aim]);
          const apart = pictureOf(own).map((v, i) => v - photograph[i]);
          takeAim(aim, { ...own, apart, gains, centre: [aim[0], aim[1]], size });
        }
        // Drawn a little towards none.
        truth.forEach((v, k) => {
          expect(Math.abs(aim[k] - v)).toBeLessThan(0.004);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("moves the window and the lens of a camera", () => {
    const camera = { azimuth: 10, distance: 5, height: 1, focal: 2, shift: [0.1, 0.2] as const };
    const { shift, focal, ...rest } = aimed(camera, [0.01, -0.02, Math.log(1.1)]);
    expect([shift?.[0], shift?.[1], focal]).toEqual([0.11, 0.18, 2.2].map((v) => expect.closeTo(v, 12)));
    expect(rest).toEqual({ azimuth: 10, distance: 5, height: 1 });
  });

  it("is none where all say the same: then the landmark is higher, larger, or elsewhere", () => {
    const azimuths = Array.from({ length: 40 }, (_, i) => (i * i * 7) % 360);
    const own = azimuths.map((_, i) => [0.01 * Math.sin(5 * i), 0.01 * Math.cos(3 * i), 0.01 * Math.sin(2 * i)]);
    const settled = (east: number, north: number, up: number, larger: number) => {
      const aims = Float32Array.from(
        azimuths.flatMap((azimuth, i) => {
          const turn = (azimuth * Math.PI) / 180;
          const [right, above, size_] = own[i];
          return [right + east * Math.sin(turn) + north * Math.cos(turn), above + up, size_ + larger];
        }),
      );
      settleAims(aims, azimuths);
      return aims;
    };
    const plain = settled(0, 0, 0, 0);
    settled(0.04, -0.03, 0.05, 0.02).forEach((v, k) => {
      expect(v).toBeCloseTo(plain[k], 6);
    });
    const untaken = new Float32Array(3 * 40);
    settleAims(untaken, azimuths);
    expect(untaken.every((v) => v === 0)).toBe(true);
  });
});
