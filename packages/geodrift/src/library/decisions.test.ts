import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, bergen, estimate, scanOf } from "../../../../test/library/archive.js";
import { decide, undo, type Verdict } from "./decisions.js";
import type { State } from "./states.js";

const { library } = archive();
const own = await library();
const { store } = own;
let made = 0;
const newPicture = (state: State = "queue", recorded: { lat: number; lng: number } | null = null): number =>
  store.pictures.add(store.folders.add(`/photos-${made++}`), "a.jpg", scanOf({ recorded }), state);
const stateOf = (id: number) => store.pictures.get(id).state;
const accept = (about: Partial<Extract<Verdict, { kind: "accept" }>> = {}): Verdict => ({
  kind: "accept",
  level: "point",
  ...about,
});
const decidedOf = (id: number) => {
  const decision = store.decisions.for(id);
  return decision?.kind === "accept" ? decision.decided : undefined;
};
const refused = (message: RegExp) =>
  expect.objectContaining({ code: "refused", message: expect.stringMatching(message) });

describe("what people say and take back", () => {
  const anyStep = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("accept" as const, "reject" as const, "not-a-place" as const),
        of: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("undo last" as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("undo" as const), step: fc.nat({ max: 5 }) }) },
  );

  it("leaves every picture in the state of its last word that stands, in whatever order", async () => {
    const stateAfter = { accept: "accepted", reject: "rejected", "not-a-place": "not-a-place" } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
        const first: readonly State[] = ["queue", "unreadable", "located", "queue"];
        const pictures = first.map((state) => newPicture(state, state === "located" ? { lat: 1, lng: 2 } : null));
        // The model: of each picture the words that stand, each with its batch and the state before.
        const words = pictures.map((): { batch: number; before: State }[] => []);
        const now = [...first];
        const batches: number[] = [];
        for (const step of steps) {
          if (step.kind === "undo last" || step.kind === "undo") {
            const standing = words.flat().map((w) => w.batch);
            const batch =
              step.kind === "undo" ? batches[step.step] : standing.length > 0 ? Math.max(...standing) : undefined;
            // Words of earlier runs stand as well.
            if (batch === undefined) continue;
            const outcomes = await undo(own, step.kind === "undo" ? batch : undefined);
            const said = new Map(outcomes.map((o) => [o.picture, o.code]));
            for (const [i, standing] of words.entries()) {
              const last = standing.at(-1);
              const named = standing.some((w) => w.batch === batch);
              expect(said.has(pictures[i])).toBe(named);
              expect(said.get(pictures[i])).toBe(named && last?.batch !== batch ? "conflict" : undefined);
              if (!last || last.batch !== batch) continue;
              now[i] = last.before;
              standing.pop();
            }
          } else {
            const verdict = step.kind === "accept" ? accept({ pin: { lat: 48.86, lng: 2.35 } }) : { kind: step.kind };
            const of = step.of.map((i) => pictures[i]);
            // Of a picture whose file says the place nothing can be rejected; of the others of a batch it can.
            const can = step.of.filter((i) => step.kind !== "reject" || now[i] !== "located");
            if (can.length === 0) {
              expect(() => decide(own, of, verdict)).toThrow(refused(/no estimate to reject/));
              continue;
            }
            const { batch, refused: not } = decide(own, of, verdict);
            expect(not.map((r) => r.picture)).toEqual(step.of.filter((i) => !can.includes(i)).map((i) => pictures[i]));
            batches.push(batch);
            for (const i of can) {
              words[i].push({ batch, before: now[i] });
              now[i] = stateAfter[step.kind];
            }
          }
          expect(pictures.map(stateOf)).toEqual(now);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has a number that no other word has, and says what became of each picture when it is taken back", async () => {
    const [a, b] = [newPicture(), newPicture()];
    const { batch: first } = decide(own, [a, b], { kind: "reject" });
    const { batch: second } = decide(own, [b], { kind: "not-a-place" });
    expect(second).toBeGreaterThan(first);
    expect(await undo(own, first)).toEqual([
      { picture: b, code: "conflict", error: "has been decided anew since" },
      { picture: a },
    ]);
    expect([stateOf(a), stateOf(b)]).toEqual(["queue", "not-a-place"]);
    expect(await undo(own, 999_999)).toEqual([]);
  });

  it("of nothing at all, where nothing was said, takes nothing back", async () => {
    expect(await undo(await library())).toEqual([]);
  });
});

describe("a batch", () => {
  it("with a picture that the library does not have says nothing of the others", () => {
    const well = newPicture();
    estimate(own, well);
    const batch = store.decisions.nextBatch();
    expect(() => decide(own, [well, 999_999], accept())).toThrow(expect.objectContaining({ code: "not-found" }));
    expect(stateOf(well)).toBe("queue");
    expect(store.decisions.lastOf(well)).toBeUndefined();
    expect(store.decisions.nextBatch()).toBe(batch);
  });

  it("takes those of which it can be said, and says of the others why not", () => {
    const [well, without, located] = [newPicture(), newPicture(), newPicture("located", { lat: 1, lng: 2 })];
    estimate(own, well);
    const { refused: not } = decide(own, [without, well, located], accept());
    expect(not).toEqual([
      { picture: without, code: "refused", error: expect.stringMatching(/has no estimate to accept/) },
      { picture: located, code: "refused", error: expect.stringMatching(/its own file says/) },
    ]);
    expect([well, without, located].map(stateOf)).toEqual(["accepted", "queue", "located"]);
    expect(() => decide(own, [without, located], accept())).toThrow(refused(/has no estimate to accept/));
  });

  it("has each picture at its own level, whatever the others are", () => {
    const radii = [3, 99, 300, 3000];
    const ids = radii.map((radiusKm) => {
      const id = newPicture();
      estimate(own, id, {}, radiusKm);
      return id;
    });
    const nameless = newPicture();
    estimate(
      own,
      nameless,
      { place: { country: "Norway", countryCode: "NO", region: "", city: "", distanceKm: 200 } },
      300,
    );
    expect(decide(own, [...ids, nameless], accept({ level: "own" })).refused).toEqual([]);
    expect([...ids, nameless].map((id) => decidedOf(id)?.level)).toEqual([
      "point",
      "point",
      "region",
      "country",
      "country",
    ]);
  });

  it("has points within the limit of the library alone", async () => {
    const other = await library();
    const folder = other.store.folders.add("/p");
    const id = other.store.pictures.add(folder, "a.jpg", scanOf(), "queue");
    estimate(other, id, {}, 400);
    other.pointLimitKm = 300;
    expect(() => decide(other, [id], accept())).toThrow(
      refused(/on a circle of 400 km, and a point is accepted up to 300 km/),
    );
    other.pointLimitKm = 450;
    expect(decide(other, [id], accept()).refused).toEqual([]);
  });
});

describe("an estimate that is accepted", () => {
  it("is the place, with its radius, its model and what it took in", () => {
    const id = newPicture();
    const share = { localizabilityBits: 9, best: { lat: 60, lng: 5 }, ownShare: 0.5 };
    const contributions = [
      { ...share, kind: "album" as const, label: "2 of the same folder" },
      { ...share, kind: "track" as const, label: "a track, 3 minutes away" },
    ];
    estimate(own, id, { contributions }, 25);
    decide(own, [id], accept({ level: "city", radiusKm: 3 }));
    expect(decidedOf(id)).toMatchObject({
      ...{ lat: 60.4, lng: 5.3, level: "city", radiusKm: 25, source: "estimate", place: bergen },
      ...{ model: "earth 0123456789ab", known: "2 of the same folder, a track, 3 minutes away" },
    });
  });

  it("is the one that was looked at, and no newer one", () => {
    const id = newPicture();
    estimate(own, id);
    const madeAt = store.estimates.of(id)?.madeAt ?? 0;
    expect(() => decide(own, [id], accept({ madeAt: madeAt - 1 }))).toThrow(refused(/estimated anew/));
    expect(stateOf(id)).toBe("queue");
    decide(own, [id], accept({ madeAt }));
    expect(stateOf(id)).toBe("accepted");
  });

  it("is none of other bytes", () => {
    const id = newPicture();
    estimate(own, id);
    store.pictures.rescan(id, scanOf({ sha256: "cd" }), false);
    expect(() => decide(own, [id], accept())).toThrow(refused(/no estimate to accept/));
  });
});

describe("a pin", () => {
  it("is the place of any picture, also of one whose file says another", () => {
    const id = newPicture("located", { lat: 1, lng: 2 });
    decide(own, [id], accept({ pin: { lat: 60.39, lng: 5.32 } }));
    expect(decidedOf(id)).toMatchObject({ lat: 60.39, lng: 5.32, level: "point", radiusKm: 1, source: "person" });
    expect(decidedOf(id)?.place).toMatchObject({ countryCode: "NO", city: "Bergen" });
    expect(decidedOf(id)?.model).toBeUndefined();
  });

  it("has the radius that the person says", () => {
    const id = newPicture();
    decide(own, [id], accept({ pin: { lat: 60.39, lng: 5.32 }, radiusKm: 40 }));
    expect(decidedOf(id)?.radiusKm).toBe(40);
  });

  it("at sea is a point without names, and no town, region or country", () => {
    const id = newPicture();
    const pin = { lat: 40, lng: -40 };
    for (const level of ["city", "region", "country"] as const)
      expect(() => decide(own, [id], accept({ pin, level }))).toThrow(refused(new RegExp(`near no ${level}`)));
    expect(stateOf(id)).toBe("queue");
    decide(own, [id], accept({ pin }));
    expect(decidedOf(id)?.place).toMatchObject({ country: "", countryCode: "", region: "", city: "" });
  });

  it("far from every town names no town, but the country", () => {
    const id = newPicture();
    const pin = { lat: 75, lng: -40 };
    expect(() => decide(own, [id], accept({ pin, level: "city" }))).toThrow(refused(/near no city/));
    decide(own, [id], accept({ pin, level: "country" }));
    expect(decidedOf(id)).toMatchObject({ level: "country", place: { countryCode: "GL" } });
  });
});

describe("an estimate that is not to be relied on", () => {
  it("is no point if nine tenths lie on a circle of more than 500 km, and may be a country", () => {
    const [wide, narrow] = [newPicture(), newPicture()];
    estimate(own, wide, {}, 501);
    estimate(own, narrow, {}, 500);
    expect(() => decide(own, [wide], accept())).toThrow(
      refused(
        /a\.jpg: holds 90 % of its estimate on a circle of 500 km, and a point is accepted up to 500 km; accept a country/,
      ),
    );
    expect(stateOf(wide)).toBe("queue");
    decide(own, [narrow], accept());
    decide(own, [wide], accept({ level: "country" }));
    expect([stateOf(wide), stateOf(narrow)]).toEqual(["accepted", "accepted"]);
  });

  it("is no city far from every town, and no country at sea", () => {
    const id = newPicture();
    estimate(own, id, { place: { country: "", countryCode: "", region: "", city: "", distanceKm: 900 } });
    for (const level of ["city", "region", "country"] as const)
      expect(() => decide(own, [id], accept({ level }))).toThrow(
        refused(new RegExp(`its estimate is near no ${level}`)),
      );
    decide(own, [id], accept());
    expect(stateOf(id)).toBe("accepted");
  });

  it("is not accepted of a picture that the model is not for, and is among the least sure", () => {
    const [outside, inside] = [newPicture(), newPicture()];
    const of = "a view from above";
    estimate(own, outside, { localizabilityBits: 12, domain: { of, logOdds: -5, inside: false } });
    estimate(own, inside, { localizabilityBits: 2, domain: { of, logOdds: 5, inside: true } });
    expect(() => decide(own, [outside], accept())).toThrow(
      refused(/a\.jpg: does not look like a view from above, which is what the model is for/),
    );
    const page = store.lists.page({ order: "bits", limit: 1000 }).pictures.map((p) => p.id);
    expect(page.indexOf(inside)).toBeLessThan(page.indexOf(outside));
    decide(own, [outside], accept({ pin: { lat: 60.39, lng: 5.32 } }));
    expect(stateOf(outside)).toBe("accepted");
  });
});
