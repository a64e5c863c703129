/** The archive as the page sees it: a list, a picture that is looked at, and what is done with it. */
import type { LatLng } from "@geodrift/core";
import { queryOf, usualSettings } from "../engine/engine.js";
import { api, followAnswer, request, requestJson, send } from "../engine/http.js";
import { app } from "./app.svelte.js";
import { Pane } from "./pane.svelte.js";

export const states = {
  queue: "Without a place",
  accepted: "Accepted, not written",
  written: "Written",
  located: "With a place in the file",
  rejected: "Rejected",
  "not-a-place": "No place",
  unreadable: "Unreadable",
} as const;
export type State = keyof typeof states;

export const levels = { point: "point", city: "city", region: "region", country: "country" } as const;
export type Level = keyof typeof levels;

export interface Overview {
  counts: Record<State, number>;
  missing: number;
  folders: { id: number; path: string; scannedAt: number | null; pictures: number }[];
  unestimated: number;
  canAdd: boolean;
  undo?: number;
  job?: { kind: "scan" | "estimate"; progress: Record<string, number>; running: boolean; error?: string };
}

export interface Listed {
  id: number;
  path: string;
  album: string;
  state: State;
  takenAt: number | null;
  camera: string | null;
  recorded: LatLng | null;
  error: string | null;
  estimate: { best: LatLng; place: string; bits: number; radiusKm: number; abstained: boolean } | null;
}

export interface KnownPlaces {
  kind: string;
  label: string;
  places: (LatLng & { picture?: number; path?: string; minutes: number })[];
}

export interface Album {
  folder: number;
  album: string;
  pictures: number;
}

interface Outcome {
  picture: number;
  sidecar?: string;
  error?: string;
}

const pageSize = 60;

export class LibraryState {
  overview = $state.raw<Overview>();
  state = $state<State>("queue");
  text = $state("");
  albums = $state.raw<Album[]>([]);
  /** Which of the albums alone. */
  album = $state.raw<Album>();
  order = $state<"number" | "time" | "bits">("number");
  pictures = $state.raw<Listed[]>([]);
  next = $state<string>();
  current = $state.raw<Listed>();
  selected = $state.raw<ReadonlySet<number>>(new Set());
  known = $state.raw<KnownPlaces[]>([]);
  /** Which of what is known besides is taken in. */
  use = $state({ time: true, minutes: 60, album: false, track: false });
  level = $state<Level>("point");
  pin = $state<LatLng>();
  pinRadiusKm = $state(1);
  message = $state("");
  error = $state<string>();
  readonly pane = new Pane();
  private watching = 0;

  thumbnail = (id: number, size: "small" | "large" = "small") => api(`library/pictures/${id}/thumbnail?size=${size}`);

  /** Runs something whose failure is one sentence on the page. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.error = undefined;
    try {
      return await work();
    } catch (e) {
      this.error = (e as Error).message;
      app.fail(e as Error);
      return undefined;
    }
  }

  async open(): Promise<void> {
    await this.refresh();
    await this.list();
  }

  async refresh(): Promise<void> {
    await this.attempt(async () => {
      const scannedBefore = this.overview?.folders;
      this.overview = await requestJson<Overview>("library");
      if (JSON.stringify(scannedBefore) !== JSON.stringify(this.overview.folders))
        this.albums = await requestJson<Album[]>("library/albums");
      if (this.overview.job?.running) this.watch();
    });
  }

  private watch(): void {
    clearTimeout(this.watching);
    this.watching = window.setTimeout(async () => {
      const before = this.overview?.job?.running;
      await this.refresh();
      if (before && !this.overview?.job?.running) await this.list();
    }, 700);
  }

  /** @param wanted the picture to look at, if it is there */
  async list(wanted = this.current?.id): Promise<void> {
    this.selected = new Set();
    const page = await this.page();
    if (!page) return;
    this.pictures = page.pictures;
    this.next = page.next;
    await this.look(this.pictures.find((p) => p.id === wanted) ?? this.pictures[0]);
  }

  async more(): Promise<void> {
    const page = await this.page(this.next);
    if (!page) return;
    this.pictures = [...this.pictures, ...page.pictures];
    this.next = page.next;
  }

  private page(after?: string) {
    const query = new URLSearchParams({ state: this.state, order: this.order, limit: String(pageSize) });
    if (this.text) query.set("text", this.text);
    if (this.album) {
      query.set("folder", String(this.album.folder));
      query.set("album", this.album.album);
    }
    if (after) query.set("after", after);
    return this.attempt(() => requestJson<{ pictures: Listed[]; next?: string }>(`library/pictures?${query}`));
  }

  private get knownQuery(): URLSearchParams {
    const query = new URLSearchParams({ album: String(this.use.album), track: String(this.use.track) });
    if (this.use.time) query.set("timeNeighbours", String(this.use.minutes));
    return query;
  }

  /** Shows a picture, and locates it with what is known besides. */
  async look(picture: Listed | undefined): Promise<void> {
    this.current = picture;
    this.pin = undefined;
    this.known = [];
    if (!picture || picture.state === "unreadable") {
      this.pane.stop();
      this.pane.answer = undefined;
      this.pane.steps = [];
      return;
    }
    await this.locate();
  }

  async locate(): Promise<void> {
    const picture = this.current;
    if (!picture) return;
    const query = this.knownQuery;
    this.known =
      (await this.attempt(() => requestJson<KnownPlaces[]>(`library/pictures/${picture.id}/known?${query}`))) ?? [];
    const settings = {
      ...usualSettings,
      model: this.pane.settings.model,
      region: this.pane.settings.region,
      prior: this.pane.settings.prior,
    };
    for (const [name, value] of queryOf(settings)) query.set(name, value);
    query.set("fine", "true");
    await this.pane.follow((_, call) =>
      followAnswer(`library/pictures/${picture.id}/locate?${query}`, undefined, call),
    );
  }

  move(by: number): void {
    const at = this.pictures.findIndex((p) => p.id === this.current?.id);
    const to = this.pictures[at + by];
    if (to) void this.look(to);
    else if (by > 0 && this.next) void this.more().then(() => this.move(by));
  }

  /** Takes pictures into the selection or out of it; up to another one with the shift key. */
  select(id: number, upTo = false): void {
    const chosen = new Set(this.selected);
    if (upTo && this.current) {
      const [a, b] = [id, this.current.id].map((i) => this.pictures.findIndex((p) => p.id === i)).sort((p, q) => p - q);
      for (const p of this.pictures.slice(a, b + 1)) chosen.add(p.id);
    } else if (!chosen.delete(id)) chosen.add(id);
    this.selected = chosen;
  }

  /** The selection, or what is looked at. */
  private get meant(): number[] {
    return this.selected.size > 0 ? [...this.selected] : this.current ? [this.current.id] : [];
  }

  async decide(kind: "accept" | "reject" | "not-a-place"): Promise<void> {
    const pictures = this.meant;
    if (pictures.length === 0) return;
    const pin = this.pin && { pin: $state.snapshot(this.pin), radiusKm: this.pinRadiusKm };
    const verdict = kind === "accept" ? { kind, level: this.level, ...pin } : { kind };
    const done = await this.attempt(() => send<{ batch: number }>("library/decisions", { pictures, verdict }));
    if (!done) return;
    const words = { accept: "accepted", reject: "rejected", "not-a-place": "marked as showing no place" };
    this.message = `${pictures.length === 1 ? "One picture" : `${pictures.length} pictures`} ${words[kind]}. U takes it back.`;
    const at = this.pictures.findIndex((p) => pictures.includes(p.id));
    const gone = new Set(pictures);
    this.pictures = this.pictures.filter((p) => !gone.has(p.id));
    this.selected = new Set();
    await this.refresh();
    await this.look(this.pictures[Math.min(at, this.pictures.length - 1)]);
    if (this.pictures.length < 10 && this.next) await this.more();
  }

  async undo(): Promise<void> {
    const outcomes = await this.attempt(() => send<Outcome[]>("library/undo", {}));
    if (!outcomes) return;
    const failed = outcomes.find((o) => o.error);
    this.message =
      outcomes.length === 0 ? "There is nothing to take back." : failed ? "" : `Taken back: ${outcomes.length}.`;
    if (failed) this.error = failed.error;
    await this.refresh();
    await this.list(outcomes[0]?.picture);
  }

  async write(): Promise<void> {
    const outcomes = await this.attempt(() => send<Outcome[]>("library/write", {}));
    if (!outcomes) return;
    const failed = outcomes.filter((o) => o.error);
    this.message = `${outcomes.length - failed.length} sidecars written.`;
    if (failed.length > 0) this.error = `${failed.length} not written; the first: ${failed[0].error}.`;
    await this.refresh();
    await this.list();
  }

  async addFolder(path: string): Promise<void> {
    await this.attempt(() => send("library/folders", { path }));
    const { error } = this;
    await this.refresh();
    this.error ??= error;
  }

  async scan(): Promise<void> {
    await this.attempt(() => send("library/scan", {}));
    await this.refresh();
  }

  async estimateAll(): Promise<void> {
    const { time, minutes, album, track } = this.use;
    const { model } = this.pane.settings;
    await this.attempt(() =>
      send("library/estimate", { model, album, track, ...(time && { timeNeighbours: minutes }) }),
    );
    await this.refresh();
  }

  async stopJob(): Promise<void> {
    await this.attempt(() => send("library/job", {}, "DELETE"));
    await this.refresh();
  }

  async addTrack(file: File): Promise<void> {
    const done = await this.attempt(async () =>
      (await request(`library/tracks?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file })).json(),
    );
    if (!done) return;
    this.message = `${file.name}: ${done.points} points.`;
    this.use.track = true;
    await this.locate();
  }

  close(): void {
    clearTimeout(this.watching);
    this.pane.stop();
  }
}
