/** All pictures of the archive that are meant: in a grid, on a map, in a calendar. */
import type { ListedPicture, PictureDays, PicturePlaces } from "geodrift/contract";
import { SvelteMap } from "svelte/reactivity";
import { answerOf, archive } from "../engine/client.js";
import { PictureFilter } from "./picture-filter.svelte.js";
import { Selection } from "./selection.svelte.js";

const api = archive.api.library;

/** How the archive is looked at. */
export const ways = ["grid", "map", "calendar"] as const;
/** How the archive is looked at. */
export type Way = (typeof ways)[number];

/** Pictures of which the words are asked for at once. */
const together = 100;

/** What is shown of the archive as a whole. */
export class Browsing {
  readonly filter = new PictureFilter();
  /** Chosen together here, apart from those of the review. */
  readonly selected = new Selection();
  /** Numbers of the pictures that are meant, in order. */
  ids = $state.raw<readonly number[]>([]);
  places = $state.raw<PicturePlaces>();
  days = $state.raw<PictureDays>();
  loading = $state(false);
  error = $state<string>();
  /** What one goes through that is seen large. */
  among = $state.raw<readonly number[]>([]);
  /** Which of those is seen large, by its place among them. */
  large = $state<number>();
  /** What is said of pictures, as far as it was asked for. */
  readonly known = new SvelteMap<number, ListedPicture>();
  private readonly asked = new Set<number>();
  private latest = 0;

  /** Asks for what a way needs; what an earlier question brings is not shown. */
  async load(way: Way): Promise<void> {
    const mine = ++this.latest;
    this.loading = true;
    this.error = undefined;
    const { query } = this.filter;
    try {
      if (way === "grid") {
        const { ids } = await answerOf(api.ids.$get({ query }));
        if (mine === this.latest) this.ids = ids;
      } else if (way === "map") {
        const places = await answerOf(api.places.$get({ query }));
        if (mine === this.latest) this.places = places;
      } else {
        const days = await answerOf(api.days.$get({ query }));
        if (mine === this.latest) this.days = days;
      }
    } catch (e) {
      if (mine === this.latest) this.error = (e as Error).message;
    } finally {
      if (mine === this.latest) this.loading = false;
    }
  }

  /** What is said of pictures may be another: it is asked for anew when they are seen. */
  forget(): void {
    this.asked.clear();
    this.known.clear();
  }

  /** Asks what is said of pictures that are seen, once of each. */
  async learn(ids: readonly number[]): Promise<void> {
    const wanted = ids.filter((id) => !this.asked.has(id));
    for (let from = 0; from < wanted.length; from += together) {
      const lot = wanted.slice(from, from + together);
      for (const id of lot) this.asked.add(id);
      try {
        for (const p of await answerOf(api.several.$get({ query: { ids: lot.join(",") } }))) this.known.set(p.id, p);
      } catch (e) {
        for (const id of lot) this.asked.delete(id);
        this.error = (e as Error).message;
        return;
      }
    }
  }

  /** Shows one of some pictures large, and which are beside it. */
  enlarge(ids: readonly number[], id: number): void {
    this.among = ids;
    this.large = Math.max(0, ids.indexOf(id));
    void this.learn([id]);
  }

  /** The picture that is seen large. */
  get seen(): number | undefined {
    return this.large === undefined ? undefined : this.among[this.large];
  }

  /** To the one so many further on, as far as there are any. */
  step(by: number): void {
    if (this.large === undefined) return;
    this.large = Math.max(0, Math.min(this.among.length - 1, this.large + by));
    const id = this.seen;
    if (id !== undefined) void this.learn([id]);
  }
}
