/** Pictures of a place: what is asked, how they come, and what came before. */
import type { LatLng } from "@geodrift/core";
import type { ImageEngine, ImageModelAbout, ImagineAsked, Imagined, TrainingView } from "../engine/imagine.js";
import { app } from "./app.svelte.js";

/** Pictures that were made, with what they were made from. */
export interface Made {
  asked: ImagineAsked;
  imagined: Imagined;
}

/** Kept to be looked at again. */
const mostMade = 12;

const someSeed = (): number => Math.floor(Math.random() * 1_000_000);

export class Imagining {
  about = $state.raw<ImageModelAbout>();
  at = $state.raw<LatLng>();
  words = $state("");
  groundKm = $state(400);
  n = $state(4);
  guidePlace = $state(1);
  guideWords = $state(1);
  seed = $state(someSeed());
  /** The next pictures come from the same noise. */
  locked = $state(false);
  working = $state(false);
  error = $state<string>();
  /** Pictures on their way, PNG in base64, and how far all of them are. */
  coming = $state.raw<(string | undefined)[]>([]);
  progress = $state(0);
  /** Of the pictures that are shown, by their hash. */
  nearest = $state.raw<Record<string, TrainingView>>({});
  made = $state.raw<Made[]>([]);
  shown = $state.raw<Made>();
  private call: AbortController | undefined;

  constructor(private readonly images: ImageEngine) {}

  async open(): Promise<void> {
    try {
      const about = await this.images.about();
      this.about = about;
      ({ groundKm: this.groundKm, guidePlace: this.guidePlace, guideWords: this.guideWords } = about.usual);
    } catch (e) {
      this.fail(e as Error);
    }
  }

  get ready(): boolean {
    return this.at !== undefined || this.words.trim() !== "";
  }

  async make(): Promise<void> {
    this.call?.abort();
    const call = new AbortController();
    this.call = call;
    if (!this.locked) this.seed = someSeed();
    const { at, groundKm, n, guidePlace, guideWords, seed } = this;
    const words = this.words.trim() || undefined;
    const asked: ImagineAsked = { at, words, groundKm, n, guidePlace, guideWords, seed, attention: true };
    this.working = true;
    this.error = undefined;
    this.shown = undefined;
    this.progress = 0;
    this.coming = Array.from({ length: n });
    try {
      const imagined = await this.images.make(asked, {
        signal: call.signal,
        onStep: ({ index, step, steps, png }) => {
          this.coming = this.coming.with(index, png);
          this.progress = (index + step / steps) / n;
        },
      });
      this.shown = { asked, imagined };
      this.made = [this.shown, ...this.made].slice(0, mostMade);
      void this.compare(this.shown, call.signal);
    } catch (e) {
      if (!call.signal.aborted) this.fail(e as Error);
    } finally {
      if (this.call === call) this.working = false;
    }
  }

  /** Looks up what the pictures are most like, one after another, until other pictures are asked for. */
  private async compare({ asked: { at, words }, imagined }: Made, signal: AbortSignal): Promise<void> {
    if (!at || !this.about?.memory) return;
    const kept = new Set(this.made.flatMap((made) => made.imagined.pictures.map(({ sha256 }) => sha256)));
    this.nearest = Object.fromEntries(Object.entries(this.nearest).filter(([sha256]) => kept.has(sha256)));
    try {
      for (const { png, sha256 } of imagined.pictures)
        this.nearest = { ...this.nearest, [sha256]: await this.images.nearest({ png, at, words }, signal) };
    } catch (e) {
      if (!signal.aborted) this.fail(e as Error);
    }
  }

  stop(): void {
    this.call?.abort();
    this.working = false;
  }

  /** Shows pictures made before, and what they were made from, so that it can be changed and made again. */
  recall(made: Made): void {
    this.stop();
    this.shown = made;
    const { asked } = made;
    this.at = asked.at;
    this.words = asked.words ?? "";
    ({ groundKm: this.groundKm, n: this.n, guidePlace: this.guidePlace, guideWords: this.guideWords } = asked);
    this.seed = asked.seed;
    this.locked = true;
  }

  private fail(e: Error): void {
    this.error = e.message;
    app.fail(e);
  }
}
