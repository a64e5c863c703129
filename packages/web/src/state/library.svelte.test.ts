import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalLibrary, listed, overviewOf, pageGlobals } from "../../../../test/page/local-library.js";

const there = new LocalLibrary();
let LibraryState: typeof import("./library.svelte.js").LibraryState;
let app: typeof import("./app.svelte.js").app;
let thumbnailOf: typeof import("../engine/thumbnails.js").thumbnailOf;
let later: (() => unknown)[] = [];
let open: InstanceType<typeof LibraryState>[] = [];

beforeAll(async () => {
  await there.server.start();
  for (const [name, value] of Object.entries(pageGlobals(there.server.url, (work) => later.push(work))))
    vi.stubGlobal(name, value);
  ({ LibraryState } = await import("./library.svelte.js"));
  ({ app } = await import("./app.svelte.js"));
  ({ thumbnailOf } = await import("../engine/thumbnails.js"));
});
afterAll(async () => {
  await there.server.stop();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  Object.assign(there, {
    pictures: [1, 2, 3].map((id) => listed(id)),
    overview: overviewOf(),
    routes: {},
    pageSize: 2,
  });
  there.server.asked = [];
  later = [];
});
afterEach(() => {
  for (const library of open.splice(0)) library.close();
});

const until = (holds: () => void) => vi.waitFor(holds, { interval: 5, timeout: 20_000 });

/** The library as it is once the page has opened and its first picture is located. */
async function opened() {
  const library = new LibraryState();
  open.push(library);
  await library.open();
  await until(() => expect(library.settled).toBe(library.current !== undefined));
  return library;
}
const ids = ({ pictures }: { pictures: { id: number }[] }) => pictures.map((p) => p.id);

describe("a library of which the list is not wanted yet", () => {
  it("lists and locates nothing, whatever changes, until it is; one picture is then shown in its list", async () => {
    const library = new LibraryState();
    open.push(library);
    await library.open({ list: false });
    await library.refresh();
    expect([library.overview?.folders.length, library.pictures, library.current]).toEqual([1, [], undefined]);
    expect(there.asked("POST", "/pictures/1/locate")).toEqual([]);
    await library.show(2);
    expect([library.pictures.map((p) => p.id), library.current?.id]).toEqual([[1, 2], 2]);
    expect(there.asked("POST", "/pictures/1/locate")).toEqual([]);
  });
});

describe("a library that is opened", () => {
  it("shows what it holds, the first page of its queue, and locates the first picture", async () => {
    const library = await opened();
    expect(library.overview).toEqual(there.overview);
    expect(library.albums).toEqual([{ folder: 1, album: "2024", pictures: 3 }]);
    expect(there.asked("GET", "/pictures").map((a) => a.query)).toEqual([
      { state: "queue", order: "number", limit: "60" },
    ]);
    expect([ids(library), library.current?.id]).toEqual([[1, 2], 1]);
    expect(library.pane.answer?.result.image).toBe("/api/library/pictures/1/locate");
    expect(there.asked("POST", "/pictures/1/locate").map((a) => a.query)).toEqual([
      { timeNeighbours: "60", album: "false", track: "false", samples: "256", guidance: "0", seed: "0", fine: "true" },
    ]);
    expect([library.error, library.acceptable]).toEqual([undefined, true]);
  });

  it("proposes a place as precise as its circle", async () => {
    const proposed = [];
    for (const radiusKm of [100, 101, 700, 701]) {
      const estimate = { best: { lat: 0, lng: 0 }, place: "", bits: 1, radiusKm, abstained: false, madeAt: 1 };
      there.pictures = [listed(1, { estimate })];
      proposed.push((await opened()).level);
    }
    expect(proposed).toEqual(["point", "region", "region", "country"]);
  });

  it("lists what is asked for, ends the selection, and stays with the picture if it is there", async () => {
    const library = await opened();
    library.select(1);
    library.look(library.pictures[1]);
    Object.assign(library.filter, { state: "rejected", order: "time", text: "dunes", album: library.albums[0] });
    await library.list();
    expect(there.asked("GET", "/pictures").at(-1)?.query).toEqual({
      state: "rejected",
      order: "time",
      text: "dunes",
      folder: "1",
      album: "2024",
      limit: "60",
    });
    expect([library.current?.id, library.selected.size]).toEqual([2, 0]);
    there.pictures = [listed(3)];
    await library.list();
    expect(library.current?.id).toBe(3);
  });

  it("asks for the next page after the one before, also where a person goes on from the last", async () => {
    const library = await opened();
    library.move(1);
    expect(library.current?.id).toBe(2);
    library.move(1);
    await until(() => expect(library.current?.id).toBe(3));
    expect([ids(library), library.next]).toEqual([[1, 2, 3], undefined]);
    expect(there.asked("GET", "/pictures").at(-1)?.query.after).toBe("2");
    library.move(1);
    library.move(-3);
    expect(library.current?.id).toBe(3);
    library.move(-2);
    expect(library.current?.id).toBe(1);
  });

  it("says in a sentence what is refused, and tells the page when the server is lost", async () => {
    there.routes["GET library/pictures"] = (_, response) => {
      response.statusCode = 500;
      return { error: "The library is locked." };
    };
    const library = await opened();
    expect([library.error, library.pictures, app.lost]).toEqual(["The library is locked.", [], undefined]);
    there.routes["GET library/pictures"] = (_, response) => void response.destroy();
    await library.list();
    expect(library.error).toContain("The server does not answer (");
    expect(app.lost).toBe(library.error);
    app.lost = undefined;
  });

  it("asks again while a job runs, then shows the list as it is, with what is looked at left alone", async () => {
    there.overview = overviewOf({ job: { kind: "scan", progress: {}, running: true, elapsedMs: 0 } });
    const library = await opened();
    expect([library.sawJob, later.length]).toEqual([true, 1]);
    await later.splice(0)[0]();
    expect(later).toHaveLength(1);
    expect(there.asked("GET", "/pictures")).toHaveLength(1);
    there.overview = overviewOf({ folders: [], job: { kind: "scan", progress: {}, running: false, elapsedMs: 0 } });
    there.pictures = [listed(7), listed(8)];
    await later.splice(0)[0]();
    expect([ids(library), library.current?.id, later]).toEqual([[7, 8], 1, []]);
    // Folders are others now, and so may be their albums; before that nobody asked.
    expect(there.asked("GET", "/albums")).toHaveLength(2);
  });
});

describe("a picture that is looked at", () => {
  it("is answered alone: what comes late for the one before is dropped", async () => {
    const library = await opened();
    let late: ServerResponse | undefined;
    const usual = (image: string) => `event: result\ndata: {"result":{"image":"${image}"},"density":"d"}\n\n`;
    there.routes["POST library/pictures/:id/locate"] = ({ path }, response) => {
      if (path.includes("/2/")) late = response;
      else response.end(usual("first"));
    };
    library.look(library.pictures[1]);
    expect([library.pane.answer, library.settled]).toEqual([undefined, false]);
    await until(() => expect(late).toBeDefined());
    library.look(library.pictures[0]);
    await until(() => expect(library.settled).toBe(true));
    late?.end(usual("second"));
    await until(() => expect(late?.destroyed).toBe(true));
    expect([library.current?.id, library.pane.answer?.result.image]).toEqual([1, "first"]);
    expect([library.error, library.pane.error]).toEqual([undefined, undefined]);
  });

  it("has the places known for it, not those that come late for the one before", async () => {
    const library = await opened();
    let answer: (() => void) | undefined;
    there.routes["GET library/pictures/:id/known"] = ({ path }, response) => {
      const known = [{ kind: "album", label: path.split("/")[4], places: [] }];
      if (path.includes("/1/")) return known;
      answer = () => response.end(JSON.stringify(known));
    };
    const before = library.pictures[1];
    library.look(before);
    await until(() => expect(answer).toBeDefined());
    library.look(library.pictures[0]);
    await until(() => expect(library.settled).toBe(true));
    answer?.();
    await library.refresh();
    expect(library.known.map((k) => k.label)).toEqual(["1"]);
    expect(there.asked("POST", "/pictures/2/locate")).toEqual([]);
  });

  it("is not left for the one before when the library tells late what it keeps of that", async () => {
    const library = await opened();
    let answer: (() => void) | undefined;
    there.routes["GET library/pictures/:id"] = (_, response) => {
      answer = () => response.end(JSON.stringify(listed(1, { camera: "told late" })));
    };
    void library.locate();
    await until(() => expect(answer).toBeDefined());
    there.routes = {};
    library.look(library.pictures[1]);
    await until(() => expect(library.settled).toBe(true));
    answer?.();
    await until(() => expect(library.pictures[0].camera).toBe("told late"));
    expect(library.current?.id).toBe(2);
  });

  it("is asked about with what a person takes in, and with the region that was drawn for it alone", async () => {
    const library = await opened();
    Object.assign(library.use, { time: false, album: true, track: true, clockHours: -1.5 });
    Object.assign(library.pane.settings, { model: "second", prior: "EG" });
    library.pane.settings.region = [
      { lat: 0, lng: 0 },
      { lat: 0, lng: 9 },
      { lat: 9, lng: 9 },
    ];
    await library.locate();
    const { region, ...query } = there.asked("POST", "/pictures/1/locate").at(-1)?.query ?? {};
    expect(query).toMatchObject({ album: "true", track: "true", clockMinutes: "-90", model: "second", prior: "EG" });
    expect(query).not.toHaveProperty("timeNeighbours");
    expect(JSON.parse(region).coordinates[0]).toHaveLength(4);
    const evidence = new URL(library.evidence(1));
    expect(evidence.pathname).toBe("/api/library/pictures/1/evidence");
    expect(Object.fromEntries(evidence.searchParams)).toEqual(
      Object.fromEntries(Object.entries({ ...query, region }).filter(([name]) => name !== "fine")),
    );
    library.look(library.pictures[1]);
    await until(() => expect(library.settled).toBe(true));
    expect(there.asked("POST", "/pictures/2/locate")[0].query).not.toHaveProperty("region");
  });

  it("is not asked about if it cannot be read", async () => {
    there.pictures = [listed(1, { state: "unreadable", estimate: null })];
    const library = new LibraryState();
    open.push(library);
    await library.open();
    await library.refresh();
    expect([library.current?.id, library.acceptable]).toEqual([1, false]);
    expect(there.asked("GET", "/pictures/1/known")).toEqual([]);
  });

  it("has addresses for its thumbnail, and for what is known of all", async () => {
    const library = await opened();
    expect(thumbnailOf(3)).toBe(`${there.server.url}api/library/pictures/3/thumbnail?size=small`);
    expect(thumbnailOf(3, "large")).toContain("size=large");
    expect(library.export("kml", true)).toBe(`${there.server.url}api/library/export?format=kml&obscure=true`);
    expect(library.export("csv")).toContain("obscure=false");
  });
});
