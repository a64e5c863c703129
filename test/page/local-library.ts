/** A server with a library of made-up pictures, for the page's state in Node. */
import { distributionTensors, writeSafetensors } from "@geodrift/core";
import type { LibraryState, ListedPicture } from "geodrift/contract";
import { densityAt, resultAt } from "./answers.js";
import { type Answering, type Asked, LocalServer, sse } from "./local-server.js";

const cairo = { lat: 30, lng: 31 };
const { distribution, samples } = densityAt(cairo);
const density = writeSafetensors({ tensors: distributionTensors(distribution, samples), metadata: {} });

/** A picture in the queue, with an estimate. */
export const listed = (id: number, more: Partial<ListedPicture> = {}): ListedPicture => ({
  id,
  path: `/photos/${id}.jpg`,
  folder: 1,
  album: "",
  state: "queue",
  takenAt: null,
  utcOffsetMinutes: null,
  takenFrom: null,
  notes: [],
  camera: null,
  width: 10,
  height: 10,
  recorded: null,
  error: null,
  errorCode: null,
  decided: null,
  lastWord: null,
  estimate: { best: cairo, place: "Cairo", bits: 3, radiusKm: 40, abstained: false, madeAt: 1000 + id },
  ...more,
});

/** What a library holds. */
export const overviewOf = (more: Partial<LibraryState> = {}): LibraryState => ({
  counts: {} as LibraryState["counts"],
  missing: 0,
  folders: [{ id: 1, path: "/photos", scannedAt: 1, pictures: 3 }],
  unestimated: 0,
  unrecovered: [],
  canAdd: true,
  canChoose: true,
  person: { name: null, role: "owner" },
  ...more,
});

/** Pictures are listed two at a time unless `pageSize` says otherwise; any route can be replaced. */
export class LocalLibrary {
  pictures: ListedPicture[] = [];
  overview = overviewOf();
  pageSize = 2;
  readonly server = new LocalServer();
  /** By method and path under /api, numbers of pictures as `:id`. */
  routes: Record<string, Answering> = {};

  constructor() {
    this.server.answer = (asked, response) => {
      const name = `${asked.method} ${asked.path.replace("/api/", "").replace(/pictures\/\d+/, "pictures/:id")}`;
      const answer = this.routes[name] ?? this.usual[name];
      if (answer) return answer(asked, response);
      response.statusCode = 404;
      return { error: `There is no ${name}.` };
    };
  }

  /** What was asked of a route, the first first. */
  asked(method: string, path: string): Asked[] {
    return this.server.asked.filter((a) => a.method === method && a.path === `/api/library${path}`);
  }

  /** The JSON that a route was sent last. */
  sent(method: string, path: string): unknown {
    return JSON.parse(this.asked(method, path).at(-1)?.body.toString() ?? "null");
  }

  private readonly usual: Record<string, Answering> = {
    "GET health": () => ({ library: true }),
    "GET models": () => [],
    "GET library": () => this.overview,
    "GET library/cameras": () => [],
    "GET library/several": ({ query }) => this.pictures.filter((p) => query.ids.split(",").includes(String(p.id))),
    "GET library/albums": () => [{ folder: 1, album: "2024", pictures: 3 }],
    "GET library/pictures": ({ query }) => {
      const from = Number(query.after ?? 0);
      const to = from + this.pageSize;
      return {
        pictures: this.pictures.slice(from, to),
        ...(to < this.pictures.length && { next: String(to) }),
      };
    },
    "GET library/pictures/:id": ({ path }) => this.pictures.find((p) => path.endsWith(`/${p.id}`)),
    "GET library/pictures/:id/known": () => [],
    "GET library/pictures/:id/track": () => ({ lines: [[cairo, { lat: 31, lng: 31 }]], moment: cairo }),
    "POST library/pictures/:id/locate": ({ path }, response) =>
      void response.end(sse("result", { result: resultAt(cairo, { image: path }), density: "d" })),
    "GET density/d/tensors": (_, response) => void response.end(density),
    "POST library/decisions": ({ body }) => {
      const { pictures } = JSON.parse(body.toString());
      this.pictures = this.pictures.filter((p) => !pictures.includes(p.id));
      return { batch: 1, left: [], refused: [] };
    },
  };
}

/** Globals that the page's state expects of a browser; `later` gets what is to be done after a while. */
export const pageGlobals = (baseURI: string, later: (work: () => unknown) => void) => ({
  document: { baseURI },
  window: {
    setTimeout: (work: () => unknown) => {
      later(work);
      return 0;
    },
  },
  matchMedia: () => ({ matches: false, addEventListener: () => {} }),
  requestAnimationFrame: () => 0,
  cancelAnimationFrame: () => {},
});
