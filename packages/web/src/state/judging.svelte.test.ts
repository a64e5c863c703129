import { describe, expect, it } from "vitest";
import { Judging, priorOf, remarkOf } from "./judging.svelte.js";
import { partsOf, withoutPart, withPart } from "./known-priors.js";
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
    const out = judging.ruleOut(cairo);
    expect([judging.pinned, judging.reason]).toEqual([[], ""]);
    expect(priorOf(out)).toBe("not:within:81:30.044,31.236");
    expect(remarkOf(out)).toBe("Cairo, 81 km around: no river there");
    judging.ruleOut({ ...cairo, name: "A spot", radiusKm: 0.2 });
    expect(judging.ruledOut.map((r) => [r.radiusKm, remarkOf(r)])).toEqual([
      [81, "Cairo, 81 km around: no river there"],
      [10, "A spot, 10 km around: no reason was given"],
    ]);
    judging.takeBack("Cairo");
    expect(judging.ruledOut.map((r) => r.name)).toEqual(["A spot"]);
    judging.clear();
    expect(judging.ruledOut).toEqual([]);
  });
});

describe("what is known besides", () => {
  it("has parts that come once, and leave nothing behind", () => {
    expect(partsOf(" Egypt ;; not:Sinai")).toEqual(["Egypt", "not:Sinai"]);
    expect(withPart("Egypt", "photos")).toBe("Egypt; photos");
    expect(withPart("photos; Egypt", "photos")).toBe("Egypt; photos");
    expect(withPart(undefined, "photos")).toBe("photos");
    expect(withoutPart("Egypt; photos", "Egypt")).toBe("photos");
    expect(withoutPart("photos", "photos")).toBeUndefined();
  });
});

describe("a shadow", () => {
  it("is taken in once, with the one before left out, and left out again", () => {
    const reading = new SunReading();
    expect(reading.takeInto("Egypt")).toBe("Egypt");
    Object.assign(reading, { when: "2024-06-21T11:30", ratio: 0.46 });
    const first = reading.takeInto("Egypt");
    expect(first).toBe("Egypt; shadow:2024-06-21T11:30Z:0.46~10");
    reading.percent = 20;
    const second = reading.takeInto(first);
    expect(second).toBe("Egypt; shadow:2024-06-21T11:30Z:0.46~20");
    expect(reading.leaveOutOf(second)).toBe("Egypt");
    expect(reading.leaveOutOf("Egypt")).toBe("Egypt");
  });
});
