import { describe, expect, it } from "vitest";
import { listed } from "../../../../test/page/local-library.js";
import { openedLibrary } from "../../../../test/page/opened-library.js";

const { there, open } = openedLibrary(() => import("./library.svelte.js"));

/** Picture 2 is where somebody, or something, says. */
const picture2 = (about: object) => {
  there.routes["GET library/pictures/:id"] = ({ path }) =>
    path.endsWith("/2") ? { ...listed(2), ...about } : there.pictures.find((p) => path.endsWith(`/${p.id}`));
};
const pinned = { kind: "accept", source: "person", level: "country", lat: 10, lng: 20, radiusKm: 1 };

describe("a place that is copied", () => {
  it("is a person's word, and is said of others as precisely as it was said", async () => {
    picture2({ decision: pinned });
    const library = await open();
    await library.copyPlace(2);
    expect(library.copied).toEqual({ lat: 10, lng: 20, level: "country", radiusKm: 1, id: 2, from: "/photos/2.jpg" });
    library.select(3);
    library.select(4);
    await library.pastePlace();
    expect(there.sent("POST", "/decisions")).toMatchObject({
      pictures: [3, 4],
      verdict: { kind: "accept", level: "country", pin: { lat: 10, lng: 20 }, radiusKm: 1 },
    });
    expect(library.message).toBe("2 pictures accepted where /photos/2.jpg is. U takes it back.");
    expect(library.pictures.map((p) => p.id)).toEqual([1, 2, 5]);
  });

  it("is what its file says, and never what a model says, accepted or not", async () => {
    const library = await open();
    picture2({ recorded: { lat: 1, lng: 2 }, decision: { ...pinned, source: "estimate" } });
    await library.copyPlace(2);
    expect(library.copied).toMatchObject({ lat: 1, lng: 2, level: "point", radiusKm: 0.1 });
    picture2({ decision: { ...pinned, source: "estimate" } });
    await library.copyPlace(2);
    expect(library.error).toMatch(/^\/photos\/2\.jpg: a model says where that was taken/);
    picture2({ estimate: null });
    await library.copyPlace(2);
    expect(library.error).toBe("/photos/2.jpg: nobody says where that was taken.");
    expect(library.copied).toMatchObject({ lat: 1, lng: 2 });
  });

  it("is the pin as it was when it was copied, however fast the keys come", async () => {
    const library = await open();
    library.pin = { lat: -5, lng: -5 };
    library.choose("city");
    const copying = library.copyPlace();
    library.move(1);
    const pasting = library.pastePlace();
    await Promise.all([copying, pasting]);
    expect(library.copied).toMatchObject({ lat: -5, lng: -5, level: "city", id: 1 });
    expect(there.sent("POST", "/decisions")).toMatchObject({ pictures: [2], verdict: { pin: { lat: -5, lng: -5 } } });
    // The next one is looked at, not the first.
    expect(library.current?.id).toBe(3);
  });

  it("is said against what was seen of pictures that the list does not have", async () => {
    picture2({ decision: pinned });
    const library = await open();
    await library.copyPlace(2);
    const word = { id: 7, kind: "reject" as const, who: null, at: 1 };
    there.pictures = [...there.pictures, listed(77, { lastWord: { ...word, id: 8 } })];
    const refused: (readonly number[])[] = [];
    const then = async (of: readonly number[]) => void refused.push(of);
    await library.pasteTo([77, 1], (id) => (id === 77 ? listed(77, { lastWord: word }) : undefined), then);
    expect(refused).toEqual([[]]);
    expect(there.sent("POST", "/decisions")).toMatchObject({ pictures: [77, 1], seen: [7, null] });
    expect(there.asked("GET", "/several")).toEqual([]);
    there.pictures = [listed(77, { lastWord: { ...word, id: 8 } })];
    await library.pasteTo([77], () => undefined, then);
    expect(there.sent("POST", "/decisions")).toMatchObject({ pictures: [77], seen: [8] });
  });

  it("is none at first", async () => {
    const library = await open();
    await library.pastePlace();
    expect(library.error).toBe("No place is copied yet.");
    expect(there.asked("POST", "/decisions")).toEqual([]);
  });
});
