import { describe, expect, it } from "vitest";
import { archive, estimate, scanOf } from "../../../../test/library/archive.js";
import { decide } from "./decisions.js";
import { forgetFolder } from "./forget.js";
import { listPictures, overview, pictureDetail } from "./pictures.js";

const { library } = archive();
const pin = { lat: 60.39, lng: 5.32 };

async function ownLibrary() {
  const own = await library();
  const folder = await own.store.folders.add("/photos");
  const enter = (path: string) => own.store.pictures.add(folder, path, scanOf(), "queue");
  return { own, folder, enter };
}

describe("a picture in a list", () => {
  it("has its estimate in words, and says whether that tells anything", async () => {
    const { own, enter } = await ownLibrary();
    const [sure, unsure, none] = [await enter("a"), await enter("b"), await enter("c")];
    await estimate(own, sure, { localizabilityBits: -1, regions: [{ mass: 0.9, areaKm2: 1, radiusKm: 12 }] }, 12);
    await estimate(own, unsure, { localizabilityBits: -1.01 });
    const estimates = (await listPictures(own, {})).pictures.map((p) => p.estimate);
    expect(estimates).toMatchObject([
      { best: { lat: 60.4, lng: 5.3 }, place: "Bergen, Vestland, Norway", bits: -1, radiusKm: 12, abstained: false },
      { bits: -1.01, abstained: true },
      null,
    ]);
    expect(await pictureDetail(own, none)).toMatchObject({
      estimate: null,
      result: null,
      decision: null,
      decided: null,
    });
  });

  it.each([
    ["point", "60.39°N 5.32°E, Bergen, Vestland, Norway"],
    ["city", "Bergen, Vestland, Norway"],
    ["region", "Vestland, Norway"],
    ["country", "Norway"],
  ] as const)("that is known to the level of a %s is said to be at %s", async (level, place) => {
    const { own, enter } = await ownLibrary();
    await decide(own, [await enter("a")], { kind: "accept", level, pin });
    expect((await listPictures(own, {})).pictures[0].decided).toMatchObject({ place, level, source: "person" });
  });

  it("comes with where the next page begins", async () => {
    const { own, enter } = await ownLibrary();
    for (const path of ["a", "b", "c"]) await enter(path);
    const first = await listPictures(own, { limit: 2 });
    const second = await listPictures(own, { limit: 2, after: first.next });
    expect([first, second].map((page) => page.pictures.map((p) => p.path))).toEqual([["a", "b"], ["c"]]);
    expect(second.next).toBeUndefined();
    await expect(listPictures(own, { after: "b" })).rejects.toThrow(expect.objectContaining({ code: "option" }));
  });
});

describe("the details of a picture", () => {
  it("are its whole estimate and the last word on it, of whatever kind", async () => {
    const { own, enter } = await ownLibrary();
    const id = await enter("a");
    await estimate(own, id, { seed: 7 });
    await decide(own, [id], { kind: "accept", level: "city" });
    expect(await pictureDetail(own, id)).toMatchObject({
      ...{ sha256: "ab", result: { seed: 7 }, decision: { kind: "accept", level: "city", source: "estimate" } },
    });
    await decide(own, [id], { kind: "reject" });
    expect(await pictureDetail(own, id)).toMatchObject({ decided: null, decision: { kind: "reject" } });
  });

  it("of an unknown one are refused", async () => {
    const { own } = await ownLibrary();
    await expect(pictureDetail(own, 5)).rejects.toThrow(
      expect.objectContaining({ code: "not-found", message: "the library has no picture 5" }),
    );
  });
});

describe("an overview", () => {
  it("counts every state, also those that no picture is in", async () => {
    const { own, enter } = await ownLibrary();
    const [a, , c] = [await enter("a"), await enter("b"), await enter("c")];
    await own.store.pictures.setMissing([c], true);
    await decide(own, [a], { kind: "not-a-place" });
    expect(await overview(own)).toEqual({
      counts: { located: 0, queue: 1, accepted: 0, written: 0, rejected: 0, "not-a-place": 1, unreadable: 0 },
      ...{
        missing: 1,
        unestimated: 1,
        unrecovered: [],
        folders: [{ id: 1, path: "/photos", scannedAt: null, pictures: 2 }],
      },
    });
  });
});

describe("a folder that is forgotten", () => {
  it("goes with its pictures, also those that are missing, and may be added again", async () => {
    const { own, enter } = await ownLibrary();
    const [a, b] = [await enter("a"), await enter("b")];
    await own.store.pictures.setMissing([b], true);
    await decide(own, [a], { kind: "not-a-place" });
    await expect(forgetFolder(own, "/photos/x")).rejects.toThrow(
      expect.objectContaining({ code: "not-found", message: "/photos/x: the library has no such folder" }),
    );
    expect(await forgetFolder(own, "/photos/x/..")).toBe(2);
    expect(await overview(own)).toMatchObject({ folders: [], missing: 0 });
    expect(await own.store.folders.add("/photos")).toBeGreaterThan(0);
  });
});
