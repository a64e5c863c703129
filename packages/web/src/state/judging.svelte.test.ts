import { describe, expect, it } from "vitest";
import { Judging, priorOf, remarkOf } from "./judging.svelte.js";
import { SunReading } from "./sun-reading.svelte.js";

const cairo = { name: "Cairo", lat: 30.0444, lng: 31.2357, radiusKm: 40.2 };

describe("what a person says of candidates", () => {
  it("pins them, and takes the pin away", () => {
    const judging = new Judging();
    judging.togglePin(cairo);
    expect(judging.pinned).toEqual([{ name: "Cairo", lat: 30.0444, lng: 31.2357 }]);
    judging.togglePin(cairo);
    expect(judging.pinned).toEqual([]);
  });

  it("rules them out with a reason, which makes a prior and a sentence, and takes that back", () => {
    const judging = new Judging();
    judging.togglePin(cairo);
    judging.reason = " no river there ";
    judging.ruleOut(cairo);
    const [out] = judging.ruledOut;
    expect([judging.pinned, judging.reason]).toEqual([[], ""]);
    expect(priorOf(out)).toBe("not:within:81:30.044,31.236");
    expect(remarkOf(out)).toBe("Cairo, 81 km around: no river there");
    judging.ruleOut({ ...cairo, name: "A spot", radiusKm: 0.2 });
    expect(judging.ruledOut.map((r) => [r.radiusKm, remarkOf(r)])).toEqual([
      [81, "Cairo, 81 km around: no river there"],
      [10, "A spot, 10 km around: no reason was given"],
    ]);
    judging.takeBack(cairo);
    expect(judging.ruledOut.map((r) => r.name)).toEqual(["A spot"]);
    // Two of one name are two.
    judging.ruleOut({ ...cairo, name: "A spot", lat: 40 });
    expect(judging.ruledOut.map((r) => r.lat)).toEqual([30.0444, 40]);
    judging.clear();
    expect(judging.ruledOut).toEqual([]);
  });
});

describe("a shadow", () => {
  it("is taken in once, in place of the one before, and as nothing without a time", () => {
    const reading = new SunReading();
    reading.take();
    expect(reading.taken).toBeUndefined();
    Object.assign(reading, { when: "2024-06-21T11:30", ratio: 0.46 });
    reading.take();
    expect(reading.taken).toBe("shadow:2024-06-21T11:30Z:0.46~10");
    reading.percent = 20;
    reading.take();
    expect(reading.taken).toBe("shadow:2024-06-21T11:30Z:0.46~20");
    reading.clear();
    expect([reading.taken, reading.time]).toEqual([undefined, undefined]);
  });
});
