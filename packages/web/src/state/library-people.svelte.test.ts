/** The archive's page where others are at the archive as well. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { LocalLibrary, listed, overviewOf, pageGlobals } from "../../../../test/page/local-library.js";

const there = new LocalLibrary();
let LibraryState: typeof import("./library.svelte.js").LibraryState;
let later: (() => unknown)[] = [];
let open: InstanceType<typeof LibraryState>[] = [];

/** The events of a server, told by the tests. */
class Told extends EventTarget {
  static readonly CLOSED = 2;
  static all: Told[] = [];
  closed = false;
  readyState = 1;
  constructor(readonly url: URL) {
    super();
    Told.all.push(this);
  }
  say(event: string): void {
    this.dispatchEvent(new Event(event));
  }
  close(): void {
    this.closed = true;
  }
}

beforeAll(async () => {
  await there.server.start();
  for (const [name, value] of Object.entries(pageGlobals(there.server.url, (work) => later.push(work))))
    vi.stubGlobal(name, value);
  vi.stubGlobal("EventSource", Told);
  ({ LibraryState } = await import("./library.svelte.js"));
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
    pageSize: 10,
  });
  there.server.asked = [];
  later = [];
  Told.all = [];
});
afterEach(() => {
  for (const library of open.splice(0)) library.close();
});

const until = (holds: () => void) => vi.waitFor(holds, { interval: 5, timeout: 20_000 });
const annas = { id: 7, kind: "reject", who: "Anna", at: 5 } as const;

async function opened() {
  const library = new LibraryState();
  open.push(library);
  await library.open();
  await until(() => expect(library.settled || !library.mayReview).toBe(true));
  return library;
}

it("what others do is shown as they do it, many things at once, and the list stays as long as it was", async () => {
  const library = await opened();
  const [events] = Told.all;
  expect(String(events.url)).toMatch(/api\/library\/events$/);
  events.say("ready");
  expect(later).toEqual([]);
  there.pictures = [listed(1, { lastWord: annas }), listed(3)];
  there.overview = overviewOf({ missing: 9 });
  for (let i = 0; i < 5; i++) events.say("changed");
  expect(later).toHaveLength(1);
  later[0]();
  await until(() => expect(library.current?.lastWord).toEqual(annas));
  expect([library.overview?.missing, library.pictures.map((p) => p.id), library.current?.id]).toEqual([9, [1, 3], 1]);
  // After a break nobody knows what has been missed.
  events.say("ready");
  expect(later).toHaveLength(2);
  library.close();
  expect(events.closed).toBe(true);
});

it("a server that answers something else for a while is listened to again", async () => {
  const library = await opened();
  Told.all[0].say("ready");
  // What a browser tries again by itself is left to it.
  Told.all[0].say("error");
  expect(later).toEqual([]);
  Told.all[0].readyState = Told.CLOSED;
  Told.all[0].say("error");
  expect(later).toHaveLength(1);
  later.pop()?.();
  expect(Told.all).toHaveLength(2);
  there.overview = overviewOf({ missing: 4 });
  Told.all[1].say("ready");
  later.pop()?.();
  await until(() => expect(library.overview?.missing).toBe(4));
});

it("no other estimate is accepted than the one that is shown, whoever has made another meanwhile", async () => {
  const library = await opened();
  const shown = library.current?.estimate?.madeAt;
  const { estimate } = listed(1);
  there.pictures[0] = listed(1, { estimate: estimate && { ...estimate, madeAt: 9999 } });
  Told.all[0].say("changed");
  later.pop()?.();
  await until(() => expect(library.current?.estimate?.madeAt).toBe(9999));
  await library.decide("accept");
  expect(there.sent("POST", "/decisions")).toMatchObject({ verdict: { madeAt: shown } });
  await until(() => expect(library.settled).toBe(true));
});

it("a word is said over that which is shown, and over no other, which is shown then", async () => {
  there.pictures[0] = listed(1, { lastWord: { ...annas, id: 4 } });
  const library = await opened();
  there.routes["POST library/decisions"] = (_, response) => {
    response.statusCode = 409;
    there.pictures[0] = listed(1, { lastWord: annas });
    return { error: "1.jpg: Anna has rejected its estimate since it was shown; look at it again" };
  };
  await library.decide("not-a-place");
  expect(there.sent("POST", "/decisions")).toMatchObject({ pictures: [1], seen: [4] });
  expect(library.error).toMatch(/^1\.jpg: Anna has rejected/);
  expect(library.current?.lastWord).toEqual(annas);
  there.routes = {};
  await library.decide("not-a-place");
  expect(there.sent("POST", "/decisions")).toMatchObject({ pictures: [1], seen: [7] });
  await until(() => expect(library.settled).toBe(true));
});

it("whoever may only look is shown what is kept, and nothing is asked for that they may not have", async () => {
  there.overview = overviewOf({ person: { name: "Ben", role: "reader" } });
  const library = await opened();
  expect([library.mayReview, library.current?.id, library.current?.estimate?.place]).toEqual([false, 1, "Cairo"]);
  expect(there.server.asked.filter((a) => a.method === "POST")).toEqual([]);
});
