import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, bergen, estimate, inOrder, scanOf } from "../../../../test/library/archive.js";
import { decide, undo, type Verdict } from "./decisions.js";
import type { Person } from "./people.js";
import type { State } from "./states.js";

const { library } = archive();
const own = await library();
const { store } = own;
let made = 0;
const newPicture = async (
  state: State = "queue",
  recorded: { lat: number; lng: number } | null = null,
): Promise<number> =>
  store.pictures.add(await store.folders.add(`/photos-${made++}`), "a.jpg", scanOf({ recorded }), state);
const stateOf = async (id: number) => (await store.pictures.get(id)).state;
const accept = (about: Partial<Extract<Verdict, { kind: "accept" }>> = {}): Verdict => ({
  kind: "accept",
  level: "point",
  ...about,
});
const decidedOf = async (id: number) => {
  const decision = await store.decisions.for(id);
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
        const pictures = await inOrder(first, (state) =>
          newPicture(state, state === "located" ? { lat: 1, lng: 2 } : null),
        );
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
              await expect(decide(own, of, verdict)).rejects.toThrow(refused(/no estimate to reject/));
              continue;
            }
            const { batch, refused: not } = await decide(own, of, verdict);
            expect(not.map((r) => r.picture)).toEqual(step.of.filter((i) => !can.includes(i)).map((i) => pictures[i]));
            batches.push(batch);
            for (const i of can) {
              words[i].push({ batch, before: now[i] });
              now[i] = stateAfter[step.kind];
            }
          }
          expect(await inOrder(pictures, stateOf)).toEqual(now);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has a number that no other word has, and says what became of each picture when it is taken back", async () => {
    const [a, b] = [await newPicture(), await newPicture()];
    const { batch: first } = await decide(own, [a, b], { kind: "reject" });
    const { batch: second } = await decide(own, [b], { kind: "not-a-place" });
    expect(second).toBeGreaterThan(first);
    expect(await undo(own, first)).toEqual([
      { picture: b, code: "conflict", error: "has been decided anew since" },
      { picture: a },
    ]);
    expect([await stateOf(a), await stateOf(b)]).toEqual(["queue", "not-a-place"]);
    await expect(undo(own, 999_999)).rejects.toMatchObject({ code: "not-found" });
  });

  it("of nothing at all, where nothing was said, takes nothing back", async () => {
    expect(await undo(await library())).toEqual([]);
  });
});

describe("a batch", () => {
  it("with a picture that the library does not have says nothing of the others", async () => {
    const well = await newPicture();
    await estimate(own, well);
    const batch = await store.decisions.nextBatch();
    await expect(decide(own, [well, 999_999], accept())).rejects.toThrow(
      expect.objectContaining({ code: "not-found" }),
    );
    expect(await stateOf(well)).toBe("queue");
    expect(await store.decisions.lastOf(well)).toBeUndefined();
    expect(await store.decisions.nextBatch()).toBe(batch);
  });

  it("takes those of which it can be said, and says of the others why not", async () => {
    const [well, without, located] = [
      await newPicture(),
      await newPicture(),
      await newPicture("located", { lat: 1, lng: 2 }),
    ];
    await estimate(own, well);
    const { refused: not } = await decide(own, [without, well, located], accept());
    expect(not).toEqual([
      { picture: without, code: "refused", error: expect.stringMatching(/has no estimate to accept/) },
      { picture: located, code: "refused", error: expect.stringMatching(/its own file says/) },
    ]);
    expect(await inOrder([well, without, located], stateOf)).toEqual(["accepted", "queue", "located"]);
    await expect(decide(own, [without, located], accept())).rejects.toThrow(refused(/has no estimate to accept/));
  });

  it("has each picture at its own level, whatever the others are", async () => {
    const radii = [3, 99, 300, 3000];
    const ids = await inOrder(radii, async (radiusKm) => {
      const id = await newPicture();
      await estimate(own, id, {}, radiusKm);
      return id;
    });
    const nameless = await newPicture();
    await estimate(
      own,
      nameless,
      { place: { country: "Norway", countryCode: "NO", region: "", city: "", distanceKm: 200 } },
      300,
    );
    expect((await decide(own, [...ids, nameless], accept({ level: "own" }))).refused).toEqual([]);
    expect(await inOrder([...ids, nameless], async (id) => (await decidedOf(id))?.level)).toEqual([
      "point",
      "point",
      "region",
      "country",
      "country",
    ]);
  });

  it("has points within the limit of the library alone", async () => {
    const other = await library();
    const folder = await other.store.folders.add("/p");
    const id = await other.store.pictures.add(folder, "a.jpg", scanOf(), "queue");
    await estimate(other, id, {}, 400);
    other.pointLimitKm = 300;
    await expect(decide(other, [id], accept())).rejects.toThrow(
      refused(/on a circle of 400 km, and a point is accepted up to 300 km/),
    );
    other.pointLimitKm = 450;
    expect((await decide(other, [id], accept())).refused).toEqual([]);
  });
});

describe("an estimate that is accepted", () => {
  it("is the place, with its radius, its model and what it took in", async () => {
    const id = await newPicture();
    const share = { localizabilityBits: 9, best: { lat: 60, lng: 5 }, ownShare: 0.5 };
    const contributions = [
      { ...share, kind: "album" as const, label: "2 of the same folder" },
      { ...share, kind: "track" as const, label: "a track, 3 minutes away" },
    ];
    await estimate(own, id, { contributions }, 25);
    await decide(own, [id], accept({ level: "city", radiusKm: 3 }));
    expect(await decidedOf(id)).toMatchObject({
      ...{ lat: 60.4, lng: 5.3, level: "city", radiusKm: 25, source: "estimate", place: bergen },
      ...{ model: "earth 0123456789ab", known: "2 of the same folder, a track, 3 minutes away" },
    });
  });

  it("is the one that was looked at, and no newer one", async () => {
    const id = await newPicture();
    await estimate(own, id);
    const madeAt = (await store.estimates.of(id))?.madeAt ?? 0;
    await expect(decide(own, [id], accept({ madeAt: madeAt - 1 }))).rejects.toThrow(refused(/estimated anew/));
    expect(await stateOf(id)).toBe("queue");
    await decide(own, [id], accept({ madeAt }));
    expect(await stateOf(id)).toBe("accepted");
  });

  it("is none of other bytes", async () => {
    const id = await newPicture();
    await estimate(own, id);
    await store.pictures.rescan(id, scanOf({ sha256: "cd" }), false);
    await expect(decide(own, [id], accept())).rejects.toThrow(refused(/no estimate to accept/));
  });
});

describe("a pin", () => {
  it("is the place of any picture, also of one whose file says another", async () => {
    const id = await newPicture("located", { lat: 1, lng: 2 });
    await decide(own, [id], accept({ pin: { lat: 60.39, lng: 5.32 } }));
    expect(await decidedOf(id)).toMatchObject({ lat: 60.39, lng: 5.32, level: "point", radiusKm: 1, source: "person" });
    expect((await decidedOf(id))?.place).toMatchObject({ countryCode: "NO", city: "Bergen" });
    expect((await decidedOf(id))?.model).toBeUndefined();
  });

  it("has the radius that the person says", async () => {
    const id = await newPicture();
    await decide(own, [id], accept({ pin: { lat: 60.39, lng: 5.32 }, radiusKm: 40 }));
    expect((await decidedOf(id))?.radiusKm).toBe(40);
  });

  it("at sea is a point without names, and no town, region or country", async () => {
    const id = await newPicture();
    const pin = { lat: 40, lng: -40 };
    for (const level of ["city", "region", "country"] as const)
      await expect(decide(own, [id], accept({ pin, level }))).rejects.toThrow(refused(new RegExp(`near no ${level}`)));
    expect(await stateOf(id)).toBe("queue");
    await decide(own, [id], accept({ pin }));
    expect((await decidedOf(id))?.place).toMatchObject({ country: "", countryCode: "", region: "", city: "" });
  });

  it("far from every town names no town, but the country", async () => {
    const id = await newPicture();
    const pin = { lat: 75, lng: -40 };
    await expect(decide(own, [id], accept({ pin, level: "city" }))).rejects.toThrow(refused(/near no city/));
    await decide(own, [id], accept({ pin, level: "country" }));
    expect(await decidedOf(id)).toMatchObject({ level: "country", place: { countryCode: "GL" } });
  });
});

describe("an estimate that is not to be relied on", () => {
  it("is no point if nine tenths lie on a circle of more than 500 km, and may be a country", async () => {
    const [wide, narrow] = [await newPicture(), await newPicture()];
    await estimate(own, wide, {}, 501);
    await estimate(own, narrow, {}, 500);
    await expect(decide(own, [wide], accept())).rejects.toThrow(
      refused(
        /a\.jpg: holds 90 % of its estimate on a circle of 500 km, and a point is accepted up to 500 km; accept a country/,
      ),
    );
    expect(await stateOf(wide)).toBe("queue");
    await decide(own, [narrow], accept());
    await decide(own, [wide], accept({ level: "country" }));
    expect([await stateOf(wide), await stateOf(narrow)]).toEqual(["accepted", "accepted"]);
  });

  it("is no city far from every town, and no country at sea", async () => {
    const id = await newPicture();
    await estimate(own, id, { place: { country: "", countryCode: "", region: "", city: "", distanceKm: 900 } });
    for (const level of ["city", "region", "country"] as const)
      await expect(decide(own, [id], accept({ level }))).rejects.toThrow(
        refused(new RegExp(`its estimate is near no ${level}`)),
      );
    await decide(own, [id], accept());
    expect(await stateOf(id)).toBe("accepted");
  });

  it("is not accepted of a picture that the model is not for, and is among the least sure", async () => {
    const [outside, inside] = [await newPicture(), await newPicture()];
    const of = "a view from above";
    await estimate(own, outside, { localizabilityBits: 12, domain: { of, logOdds: -5, inside: false } });
    await estimate(own, inside, { localizabilityBits: 2, domain: { of, logOdds: 5, inside: true } });
    await expect(decide(own, [outside], accept())).rejects.toThrow(
      refused(/a\.jpg: does not look like a view from above, which is what the model is for/),
    );
    const page = (await store.lists.page({ order: "bits", limit: 1000 })).pictures.map((p) => p.id);
    expect(page.indexOf(inside)).toBeLessThan(page.indexOf(outside));
    await decide(own, [outside], accept({ pin: { lat: 60.39, lng: 5.32 } }));
    expect(await stateOf(outside)).toBe("accepted");
  });
});

describe("several people", () => {
  const anna: Person = { name: "Anna", role: "reviewer" };
  const ben: Person = { name: "Ben", role: "reviewer" };

  it("take back their own words: the last of which no later one of another stands", async () => {
    const [first, second] = [await newPicture(), await newPicture()];
    await decide(own, [first], { kind: "reject" }, { by: anna });
    const { batch } = await decide(own, [second], { kind: "reject" }, { by: anna });
    await decide(own, [second], { kind: "not-a-place" }, { by: ben });
    // What Ben has overruled is not Anna's last word any more.
    expect(await undo(own, undefined, anna)).toEqual([{ picture: first }]);
    expect(await undo(own, undefined, anna)).toEqual([]);
    expect(await undo(own, undefined, ben)).toEqual([{ picture: second }]);
    // Now it is again.
    await expect(undo(own, batch, ben)).rejects.toThrow(refused(/^Anna has said it/));
    expect(await undo(own, undefined, anna)).toEqual([{ picture: second }]);
    expect(await inOrder([first, second], stateOf)).toEqual(["queue", "queue"]);
  });

  it("say something over what they have seen, and of some of many only where nobody was faster", async () => {
    const ids = await inOrder(Array.from({ length: 300 }), () => newPicture());
    await decide(own, [ids[0], ids[299]], { kind: "reject" }, { by: anna });
    const seen = ids.map(() => null);
    const { refused: late } = await decide(own, ids, { kind: "not-a-place" }, { by: ben, seen });
    expect(late.map(({ picture, code }) => [picture, code])).toEqual([ids[0], ids[299]].map((id) => [id, "conflict"]));
    expect(late[0].error).toMatch(/: Anna has rejected its estimate since it was shown; look at it again$/);
    await expect(decide(own, [ids[1]], { kind: "reject" }, { by: anna, seen: [null] })).rejects.toMatchObject({
      code: "conflict",
    });
    await undo(own, undefined, ben);
    await expect(decide(own, [ids[1]], { kind: "reject" }, { by: anna, seen: [7] })).rejects.toThrow(
      /what was said of it has been taken back since it was shown/,
    );
  });
});
