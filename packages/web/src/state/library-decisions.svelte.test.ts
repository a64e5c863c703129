import type { ListedPicture } from "geodrift/contract";
import { describe, expect, it, vi } from "vitest";
import { listed } from "../../../../test/page/local-library.js";
import { openedLibrary } from "../../../../test/page/opened-library.js";

const { there, open } = openedLibrary(() => import("./library.svelte.js"));

type Library = Awaited<ReturnType<typeof open>>;
const settled = (library: Library) =>
  vi.waitFor(() => expect(library.settled).toBe(true), { interval: 5, timeout: 20_000 });
const ids = (library: Library) => library.pictures.map((p) => p.id);
const chosen = (library: Library) => [...library.selected.chosen].sort();

/** The library as it is once the page has opened and its first picture is located. */
async function opened(): Promise<Library> {
  const library = await open();
  await settled(library);
  return library;
}

describe("a selection", () => {
  it("takes single pictures in and out, whatever is looked at", async () => {
    const library = await opened();
    library.select(3);
    library.select(5);
    expect(chosen(library)).toEqual([3, 5]);
    library.select(3);
    expect(chosen(library)).toEqual([5]);
    expect(library.current?.id).toBe(1);
  });

  it("with shift takes all from the one that is looked at, or from the last that was chosen, in or out", async () => {
    const library = await opened();
    library.look(library.pictures[2]);
    library.select(1, true);
    expect(chosen(library)).toEqual([1, 2, 3]);
    library.select(5);
    library.select(4, true);
    expect(chosen(library)).toEqual([1, 2, 3, 4, 5]);
    library.select(2, true);
    expect(chosen(library)).toEqual([1, 5]);
  });

  it("is all that are listed, or none", async () => {
    const library = await opened();
    library.selectAll();
    expect(chosen(library)).toEqual([1, 2, 3, 4, 5]);
    library.escape();
    expect(chosen(library)).toEqual([]);
  });
});

describe("what is said of a picture", () => {
  it("accepts the answer that is shown and no other, and goes on to the next picture", async () => {
    const library = await opened();
    await library.decide("accept");
    expect(there.sent("POST", "/decisions")).toEqual({
      pictures: [1],
      verdict: { kind: "accept", level: "point", madeAt: 1001 },
      seen: [null],
    });
    expect([ids(library), library.current?.id]).toEqual([[2, 3, 4, 5], 2]);
    expect([library.message, library.error]).toEqual(["1 picture accepted. U takes it back.", undefined]);
    expect([library.acting, library.settled]).toEqual([false, false]);
    // The next one has an estimate of before, which can be accepted at once.
    expect(library.acceptable).toBe(true);
  });

  it("accepts nothing before there is an answer, and says so, but rejects", async () => {
    there.pictures[1] = listed(2, { estimate: null });
    const library = await opened();
    there.routes["POST library/pictures/:id/locate"] = () => undefined;
    library.look(library.pictures[1]);
    await library.decide("accept");
    expect(there.asked("POST", "/decisions")).toEqual([]);
    expect(library.error).toBe("There is no estimate to accept yet: wait for it, or set the pin yourself.");
    await library.decide("reject");
    expect(there.sent("POST", "/decisions")).toEqual({ pictures: [2], verdict: { kind: "reject" }, seen: [null] });
  });

  it("accepts the stored estimate before another one is there", async () => {
    const library = await opened();
    there.routes["POST library/pictures/:id/locate"] = () => undefined;
    library.look(library.pictures[1]);
    await library.decide("accept");
    const verdict = { kind: "accept", level: "point", madeAt: 1002 };
    expect(there.sent("POST", "/decisions")).toEqual({ pictures: [2], verdict, seen: [null] });
  });

  it("asks before it says more than the estimate does, and says the radius", async () => {
    const wide = { ...listed(1).estimate, radiusKm: 300 } as NonNullable<ListedPicture["estimate"]>;
    there.pictures[0] = listed(1, { estimate: wide });
    const library = await opened();
    expect(library.level).toBe("region");
    library.choose("point");
    await library.decide("accept");
    expect(there.asked("POST", "/decisions")).toEqual([]);
    expect(library.asking).toEqual({ level: "point", radiusKm: 300 });
    library.escape();
    expect(library.asking).toBeUndefined();
    await library.decide("accept");
    await library.decide("accept");
    expect(there.sent("POST", "/decisions")).toEqual({
      pictures: [1],
      verdict: { kind: "accept", level: "point", madeAt: 1001 },
      seen: [null],
    });
    expect(library.asking).toBeUndefined();
  });

  it("accepts a pin with its radius, without asking for an answer", async () => {
    const library = await opened();
    library.pin = { lat: 1, lng: 2 };
    library.pinRadiusKm = 0.5;
    library.choose("city");
    await library.decide("accept");
    const verdict = { kind: "accept", level: "city", pin: { lat: 1, lng: 2 }, radiusKm: 0.5 };
    expect(there.sent("POST", "/decisions")).toEqual({ pictures: [1], verdict, seen: [null] });
    expect(library.pin).toBeUndefined();
  });

  it("keeps the level that a person chose, for this picture alone", async () => {
    const library = await opened();
    library.choose("country");
    await library.locate();
    expect(library.level).toBe("country");
    library.move(1);
    await settled(library);
    expect(library.level).toBe("point");
  });

  it("is said of the whole selection, which then ends", async () => {
    const library = await opened();
    library.select(2);
    library.select(4);
    await library.decide("not-a-place");
    expect(there.sent("POST", "/decisions")).toEqual({
      pictures: [2, 4],
      verdict: { kind: "not-a-place" },
      seen: [null, null],
    });
    expect([ids(library), library.selected.size]).toEqual([[1, 3, 5], 0]);
    expect(library.message).toBe("2 pictures marked as showing no place. U takes it back.");
    expect(library.current?.id).toBe(3);
  });

  it("accepts every estimate of a selection, not only that of the one which is looked at", async () => {
    const library = await opened();
    library.select(2);
    library.select(3);
    await library.decide("accept");
    const verdict = { kind: "accept", level: "own" };
    expect(there.sent("POST", "/decisions")).toEqual({ pictures: [2, 3], verdict, seen: [null, null] });
  });

  it("goes on from the end of the list to what is then the last, and from the last to nothing", async () => {
    const library = await opened();
    library.select(1);
    library.select(2);
    library.select(3);
    library.look(library.pictures[4]);
    await library.decide("reject");
    library.look(library.pictures[1]);
    await library.decide("reject");
    expect([ids(library), library.current?.id]).toEqual([[4], 4]);
    await library.decide("reject");
    expect([ids(library), library.current]).toEqual([[], undefined]);
    await library.decide("reject");
    expect(there.asked("POST", "/decisions")).toHaveLength(3);
  });

  it("is said one after another, however fast the keys come: of the next picture each time", async () => {
    const library = await opened();
    await Promise.all([library.decide("reject"), library.decide("reject"), library.decide("not-a-place")]);
    const said = there.asked("POST", "/decisions").map((a) => JSON.parse(a.body.toString()));
    expect(said.map(({ pictures, verdict }) => [...pictures, verdict.kind])).toEqual([
      [1, "reject"],
      [2, "reject"],
      [3, "not-a-place"],
    ]);
  });

  it("leaves the picture where it is if it is refused, until something else is done", async () => {
    const library = await opened();
    there.routes["POST library/decisions"] = (_, response) => {
      response.statusCode = 409;
      return { error: "Another estimate has been made since." };
    };
    await library.decide("accept");
    expect([library.error, library.acting]).toEqual(["Another estimate has been made since.", false]);
    expect([ids(library), library.current?.id, library.message]).toEqual([[1, 2, 3, 4, 5], 1, ""]);
    there.routes = {};
    await library.decide("accept");
    expect([library.error, library.current?.id]).toEqual([undefined, 2]);
  });

  it("tells of sidecars that were left as they are", async () => {
    const library = await opened();
    const left = [{ picture: 1, error: "1.xmp is read-only", code: "file" }];
    there.routes["POST library/decisions"] = () => ({ batch: 1, left, refused: [] });
    await library.decide("reject");
    expect(library.error).toBe("1 sidecar was left as it was: 1.xmp is read-only.");
  });

  it("tells of pictures of a selection of which it cannot be said, and leaves them in the list", async () => {
    const library = await opened();
    const not = [{ picture: 2, error: "2.jpg: has no estimate to accept", code: "refused" }];
    there.routes["POST library/decisions"] = () => ({ batch: 1, left: [], refused: not });
    for (const id of [1, 2, 3]) library.select(id);
    await library.decide("accept");
    expect([library.message, library.error]).toEqual([
      "2 pictures accepted. U takes it back.",
      "1 picture was left as it was: 2.jpg: has no estimate to accept.",
    ]);
    expect(ids(library)).toEqual([2, 4, 5]);
  });
});

describe("what is done with the library", () => {
  it("takes back what was said last, and looks at the picture that it was said of", async () => {
    const library = await opened();
    there.routes["POST library/undo"] = () => [{ picture: 3 }, { picture: 4, error: "4.xmp is read-only" }];
    await library.undo();
    expect(there.sent("POST", "/undo")).toEqual({});
    expect([library.message, library.error]).toEqual(["Taken back: 2.", "One of them: 4.xmp is read-only."]);
    expect(library.current?.id).toBe(3);
    there.routes["POST library/undo"] = () => [];
    await library.undo();
    expect([library.message, library.error]).toEqual(["There is nothing to take back.", undefined]);
    expect(library.current?.id).toBe(3);
  });

  it("keeps what is chosen while the list comes anew, and nothing that was chosen before", async () => {
    const library = await opened();
    library.select(2);
    there.routes["POST library/undo"] = () => {
      library.select(4);
      return [{ picture: 3 }];
    };
    await library.undo();
    expect([...library.selected.chosen]).toEqual([4]);
    there.routes["POST library/decisions"] = () => {
      library.select(5);
      return { batch: 1, left: [], refused: [] };
    };
    await library.decide("reject");
    expect([...library.selected.chosen]).toEqual([5]);
  });

  it("writes sidecars, and counts those that were and were not", async () => {
    const library = await opened();
    there.routes["POST library/write"] = () => [
      { picture: 1, sidecar: "1.xmp" },
      { picture: 2, error: "2.xmp is read-only" },
      { picture: 3, sidecar: "3.xmp" },
    ];
    await library.write();
    expect(there.sent("POST", "/write")).toEqual({ intoExisting: false });
    expect([library.message, library.error]).toEqual([
      "2 sidecars written.",
      "1 not written; the first: 2.xmp is read-only.",
    ]);
  });

  it("starts and stops jobs with what is taken in, and asks how far they are", async () => {
    const library = await opened();
    for (const job of ["POST library/folders", "POST library/scan", "POST library/estimate", "DELETE library/job"])
      there.routes[job] = () => ({});
    const before = there.asked("GET", "").length;
    await library.addFolder("/more");
    await library.scan();
    Object.assign(library.use, { minutes: 30, album: true, clockHours: 2 });
    library.pane.settings.model = "second";
    await library.estimateAll();
    library.use.time = false;
    await library.estimateAll();
    await library.stopJob();
    expect(there.sent("POST", "/folders")).toEqual({ path: "/more" });
    const [timed, untimed] = there.asked("POST", "/estimate").map((a) => JSON.parse(a.body.toString()));
    expect(timed).toEqual({ model: "second", album: true, track: false, clockMinutes: 120, timeNeighbours: 30 });
    expect(untimed).not.toHaveProperty("timeNeighbours");
    expect([there.asked("POST", "/scan").length, there.asked("DELETE", "/job").length]).toEqual([1, 1]);
    expect(there.asked("GET", "").length - before).toBe(5);
  });

  it("takes a track in as it is, and locates the picture with it", async () => {
    const library = await opened();
    there.routes["POST library/tracks"] = () => ({ points: 12 });
    await library.addTrack(new File(["<gpx/>"], "walk.gpx"));
    const [sent] = there.asked("POST", "/tracks");
    expect([sent.query, sent.body.toString()]).toEqual([{ name: "walk.gpx" }, "<gpx/>"]);
    expect(library.message).toBe("walk.gpx: 12 points.");
    expect(there.asked("POST", "/pictures/1/locate").map((a) => a.query.track)).toEqual(["false", "true"]);
    // It is drawn, until another picture is looked at without it.
    expect([library.track?.lines.length, library.track?.moment]).toEqual([1, { lat: 30, lng: 31 }]);
    library.use.track = false;
    library.move(1);
    expect(library.track).toBeUndefined();
  });
});
