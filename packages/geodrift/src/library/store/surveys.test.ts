import { describe, expect, it } from "vitest";
import { archive, estimate, scanOf } from "../../../../../test/library/archive.js";
import { decide, undo } from "../decisions.js";

const { library } = archive();
const own = await library();
const { store } = own;
const folder = await store.folders.add("/photos");
const enter = (path: string, about: Parameters<typeof scanOf>[0] = {}) =>
  store.pictures.add(folder, path, scanOf({ sha256: path, ...about }), about?.recorded ? "located" : "queue");
const survey = async () => {
  const all = await store.surveys.survey({}, { leastBits: -1 });
  return new Map(all.map(({ id, place }) => [id, place]));
};

describe("where a picture stands", () => {
  it("is what its file says, before any estimate", async () => {
    const id = await enter("file", { recorded: { lat: 10, lng: 20 } });
    await estimate(own, id);
    expect((await survey()).get(id)).toEqual({ lat: 10, lng: 20, by: "file" });
  });

  it("is the estimate while it waits for a word, if that tells anything, and nowhere without one", async () => {
    const [sure, anywhere, none] = [await enter("sure"), await enter("anywhere"), await enter("none")];
    await estimate(own, sure);
    await estimate(own, anywhere, { localizabilityBits: -3 });
    const places = await survey();
    expect(places.get(sure)).toEqual({ lat: 60.4, lng: 5.3, by: "estimate" });
    expect(places.get(anywhere)).toBeUndefined();
    expect(places.get(none)).toBeUndefined();
  });

  it("is what a person has said: an estimate, or a pin of their own; until it is taken back", async () => {
    const [accepted, pinned, rejected] = [await enter("accepted"), await enter("pinned"), await enter("rejected")];
    for (const id of [accepted, pinned, rejected]) await estimate(own, id);
    await decide(own, [accepted], { kind: "accept", level: "point" });
    await decide(own, [pinned], { kind: "accept", level: "point", pin: { lat: -1, lng: 179.5 }, radiusKm: 1 });
    await decide(own, [rejected], { kind: "reject" });
    const places = await survey();
    expect(places.get(accepted)).toMatchObject({ lat: 60.4, by: "accepted" });
    expect(places.get(pinned)).toEqual({ lat: -1, lng: 179.5, by: "person" });
    expect(places.get(rejected)).toBeUndefined();
    await undo(own);
    expect((await survey()).get(rejected)).toMatchObject({ by: "estimate" });
    await undo(own);
    expect((await survey()).get(pinned)).toMatchObject({ by: "estimate" });
  });

  it("is asked of pictures that are there alone, in the order that is wanted", async () => {
    const ids = [
      await enter("c", { takenAt: 3 }),
      await enter("a", { takenAt: 1 }),
      await enter("gone", { takenAt: 2 }),
    ];
    await store.pictures.setMissing([ids[2]], true);
    const order = await store.surveys.survey({ order: "time", from: 0, to: 100 }, { leastBits: 0 });
    expect(order.map(({ id, takenAt }) => [id, takenAt])).toEqual([
      [ids[1], 1],
      [ids[0], 3],
    ]);
  });
});

it("cameras come with their pictures, most first", async () => {
  await enter("k1", { camera: "Maker One" });
  await enter("k2", { camera: "Maker Two" });
  await enter("k3", { camera: "Maker Two" });
  expect(await store.surveys.cameras()).toEqual([
    { camera: "Maker Two", pictures: 2 },
    { camera: "Maker One", pictures: 1 },
  ]);
});
