/** Pictures of a place, or of a landmark from some side: what is asked, how they come, and what came before. */
import type { LatLng } from "@geodrift/core";
import type { ImageModel, Imagined, ImagineSettings, TrainingView } from "geodrift/contract";
import type { ImageEngine } from "../engine/engine.js";
import { t } from "../texts/language.svelte.js";
import { app } from "./app.svelte.js";

/** What a person asked for, with the numbers of the form. */
type Asked = ImagineSettings & Required<Pick<ImagineSettings, "n" | "guidePlace" | "guideWords" | "seed">>;

/** Pictures that were made, with what they were made from. */
export interface Made {
  asked: Asked;
  imagined: Imagined;
}

/** Kept to be looked at again. */
const maxMade = 12;

/** Most pictures that a form takes. */
export const maxPictures = 16;
/** Greatest seed that a form takes. */
export const maxSeed = 1_000_000;

/** Of one comparison: the same picture may have been made of two places. */
const comparisonOf = ({ at, words }: Asked, sha256: string): string => JSON.stringify([at, words, sha256]);

const someSeed = (): number => Math.floor(Math.random() * maxSeed);

/** The form of a place and words, the pictures on their way, and those made before. */
export class Imagining {
  about = $state.raw<ImageModel>();
  at = $state.raw<LatLng>();
  /** Of what pictures are made: of places, or of the landmark from some side. */
  subject = $state<"place" | "landmark">("place");
  /** Side that the landmark is seen from, degrees clockwise from north. */
  azimuth = $state(0);
  words = $state("");
  /** Width of the ground, km; not given before somebody gives it. */
  groundKm = $state<number>();
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
  /** How far all of them are, 0…1. */
  progress = $state(0);
  /** What is on its way, or was when it was stopped. */
  asked = $state.raw<Asked>();
  made = $state.raw<Made[]>([]);
  shown = $state.raw<Made>();
  /** Pictures that others are looked at beside. */
  beside = $state.raw<Made>();
  private nearest = $state.raw<Record<string, TrainingView>>({});
  private call: AbortController | undefined;
  private comparing: AbortController | undefined;

  private static one: Imagining | undefined;

  constructor(private readonly images: ImageEngine) {}

  /** The one of an engine, which all of the page shares. */
  static by(images: ImageEngine): Imagining {
    if (Imagining.one?.images !== images) Imagining.one = new Imagining(images);
    return Imagining.one;
  }

  /** Asks what the model is, and takes its usual guidance. */
  async open(): Promise<void> {
    try {
      const about = await this.images.about();
      this.about = about;
      ({ guidePlace: this.guidePlace, guideWords: this.guideWords } = about.usual);
      this.azimuth = Math.round(about.landmark?.facing ?? 0);
    } catch (e) {
      this.fail(e as Error);
    }
  }

  /** Is there a place or are there words to make pictures of? */
  get ready(): boolean {
    return this.subject === "landmark" || this.at !== undefined || this.words.trim() !== "";
  }

  /** What is wrong with the numbers, if anything: a click on the globe passes no form that would say so. */
  private get wrong(): string | undefined {
    const within = (x: unknown, least: number, most: number) =>
      Number.isInteger(x) && least <= Number(x) && Number(x) <= most;
    if (!within(this.n, 1, maxPictures)) return t("imagine.picturesNeeded", { most: maxPictures });
    if (this.locked && !within(this.seed, 0, maxSeed)) return t("imagine.seedNeeded", { most: maxSeed });
    return undefined;
  }

  /** Makes pictures of what the form says; those on their way are given up. */
  async make(): Promise<void> {
    if (!this.about) await this.open();
    if (!this.about) return;
    this.error = this.wrong;
    if (this.error) return;
    this.stop();
    const call = new AbortController();
    this.call = call;
    if (!this.locked) this.seed = someSeed();
    const { n, guidePlace, guideWords, seed } = this;
    const words = this.words.trim() || undefined;
    const of = this.subject === "landmark" ? { azimuth: this.azimuth } : { at: this.at, groundKm: this.groundKm };
    const asked: Asked = { ...of, words, n, guidePlace, guideWords, seed, attention: true };
    this.working = true;
    this.asked = asked;
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
      this.made = [this.shown, ...this.made].slice(0, maxMade);
      void this.compare(this.shown);
    } catch (e) {
      if (!call.signal.aborted) {
        this.coming = [];
        this.fail(e as Error);
      }
    } finally {
      if (this.call === call) this.working = false;
    }
  }

  /** Looks up what the pictures are most like, one after another, until others are shown. */
  private async compare({ asked, imagined }: Made): Promise<void> {
    const { at, words } = asked;
    if (!at || !this.about?.memory) return;
    const comparing = new AbortController();
    this.comparing = comparing;
    const kept = new Set(
      this.made.flatMap((m) => m.imagined.pictures.map(({ sha256 }) => comparisonOf(m.asked, sha256))),
    );
    this.nearest = Object.fromEntries(Object.entries(this.nearest).filter(([key]) => kept.has(key)));
    try {
      for (const { png, sha256 } of imagined.pictures) {
        const key = comparisonOf(asked, sha256);
        if (key in this.nearest) continue;
        const view = await this.images.nearest({ png, at, words }, comparing.signal);
        this.nearest = { ...this.nearest, [key]: view };
      }
    } catch (e) {
      if (!comparing.signal.aborted) this.fail(e as Error);
    }
  }

  /** What of the training a picture that is shown is most like, once that is known. */
  nearestOf(sha256: string): TrainingView | undefined {
    return this.shown && this.nearest[comparisonOf(this.shown.asked, sha256)];
  }

  /** Gives up what is on its way. */
  stop(): void {
    this.call?.abort();
    this.comparing?.abort();
    this.working = false;
  }

  /** Shows pictures made before, and what they were made from, so that it can be changed and made again. */
  recall(made: Made): void {
    this.stop();
    this.error = undefined;
    this.shown = made;
    const { asked } = made;
    this.at = asked.at;
    this.subject = asked.azimuth === undefined ? "place" : "landmark";
    this.azimuth = asked.azimuth ?? this.azimuth;
    this.words = asked.words ?? "";
    ({ groundKm: this.groundKm, n: this.n, guidePlace: this.guidePlace, guideWords: this.guideWords } = asked);
    this.seed = asked.seed;
    this.locked = true;
    void this.compare(made);
  }

  private fail(e: Error): void {
    this.error = e.message;
    app.fail(e);
  }
}
