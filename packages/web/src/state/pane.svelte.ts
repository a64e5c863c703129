/** One picture with one set of settings: what is asked, what comes, and where on its way it is looked at. */

import { flatDegrees } from "@geodrift/core";
import type { LocateStep } from "geodrift/contract";
import { type Answer, defaultSettings, type LocateCall, LostError, type Settings } from "../engine/engine.js";
import type { Focus, Mark } from "../map/globe.js";
import { t } from "../texts/language.svelte.js";
import { app } from "./app.svelte.js";
import { pointsAt } from "./interpolate.js";
import { Judging, priorOf, type RuledOut } from "./judging.svelte.js";
import { SunReading } from "./sun-reading.svelte.js";

/** Candidates that are marked on the globe. */
const maxModes = 6;

/** Steps of the solver that are shown in a second. */
const stepsPerSecond = 4;

/** What a person has said of a picture, beside the prior of their own. */
export interface Judged {
  prior?: string;
  ruledOut: readonly RuledOut[];
  shadow: Pick<SunReading, "when" | "ratio" | "percent" | "taken">;
}

/** One picture with one set of settings, its answer, and the way of its samples. */
export class Pane {
  picture = $state.raw<File>();
  preview = $state<string>();
  settings = $state<Settings>({ ...defaultSettings });
  working = $state(false);
  error = $state<string>();
  answer = $state.raw<Answer>();
  steps = $state.raw<LocateStep[]>([]);
  /** Where on the way from noise to places: a step, or between two. */
  at = $state(0);
  playing = $state(false);
  /** Bytes of the model that have come, and of how many. */
  loading = $state<{ loaded: number; total: number }>();
  private call: AbortController | undefined;
  private frame = 0;

  /** What a person says of the answer's candidates, and reads off the picture's shadows: known of this picture alone. */
  readonly judging = new Judging();
  readonly reading = new SunReading();

  /** @param onAnswer is told of every answer to a picture: with which settings, of which what is said of the picture is a part */
  constructor(
    private readonly onAnswer?: (picture: File, settings: Settings, answer: Answer, judged: Judged) => void,
  ) {}

  /** The settings as they are asked with: a person's own, with what is said of this picture. */
  get asked(): Settings {
    const { prior, ...settings } = $state.snapshot(this.settings);
    const parts = [prior, ...this.judging.ruledOut.map(priorOf), this.reading.taken].filter(Boolean);
    return { ...settings, ...(parts.length > 0 && { prior: parts.join("; ") }) };
  }

  private get judged(): Judged {
    const { when, ratio, percent, taken } = this.reading;
    return { prior: this.settings.prior, ruledOut: this.judging.ruledOut, shadow: { when, ratio, percent, taken } };
  }

  /** Longitude, latitude, longitude, … of what is to be drawn now. */
  points = $derived(pointsAt(this.steps, this.at));

  /** At the end of the way, with the answer there. */
  arrived = $derived(this.answer !== undefined && (this.steps.length === 0 || this.at >= this.steps.length - 1));

  /** The density, once the places are there. */
  shown = $derived(
    this.answer && this.arrived ? { distribution: this.answer.distribution, samples: this.answer.samples } : undefined,
  );

  /** Longitude, latitude, longitude, … of the points to draw: on their way, then those that the answer has. */
  drawn = $derived(this.shown ? flatDegrees(this.shown.samples) : this.points);

  /** Near once the places are there; the whole globe while they are on their way. */
  focus = $derived.by((): Focus | undefined => {
    if (!this.answer) return undefined;
    const { best, regions } = this.answer.result;
    return { ...best, radiusKm: this.arrived ? 3 * (regions[1]?.radiusKm ?? 3000) : "globe" };
  });

  /** Candidates with their share, and where the picture's own file puts it. */
  marks = $derived.by((): Mark[] => {
    if (!this.answer || !this.arrived) return [];
    const { modes, recorded } = this.answer.result;
    const named = modes.slice(0, maxModes).map((m, i): Mark => {
      return { ...m, text: `${Math.round(100 * m.mass)} %`, kind: i === 0 ? "best" : "mode" };
    });
    return recorded ? [...named, { ...recorded, text: t("locate.fileSays"), kind: "truth" }] : named;
  });

  /** Shows a picture and locates it. */
  choose(picture: File): void {
    this.forgetPicture();
    this.picture = picture;
    this.preview = URL.createObjectURL(picture);
    this.judging.clear();
    this.reading.clear();
    void this.run();
  }

  /** Asks again, about the same picture or with other settings; what was asked before is withdrawn. */
  async run(): Promise<void> {
    const { picture } = this;
    if (!picture) return;
    const { asked, judged } = this;
    const answer = await this.follow((engine, call) => engine.locate(picture, asked, call));
    if (answer) this.onAnswer?.(picture, asked, answer, judged);
  }

  /** Shows an answer of before, as it was; of a picture that did not come along, the answer alone. */
  restore(picture: File | undefined, settings: Settings, answer: Answer, judged?: Judged): void {
    this.clear();
    this.judging.clear();
    this.reading.clear();
    this.picture = picture;
    this.preview = picture && URL.createObjectURL(picture);
    this.settings = { ...settings, ...(judged && { prior: judged.prior }) };
    if (judged) {
      this.judging.ruledOut = judged.ruledOut;
      Object.assign(this.reading, judged.shadow);
    }
    this.answer = answer;
    this.steps = answer.steps;
    this.at = Math.max(0, answer.steps.length - 1);
  }

  /**
   * Follows whatever makes an answer; what was asked before is withdrawn.
   * @returns undefined if it failed, which is said on the page, or was withdrawn
   */
  async follow(
    ask: (engine: NonNullable<typeof app.engine>, call: LocateCall) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    this.call?.abort();
    const call = new AbortController();
    this.call = call;
    this.error = undefined;
    this.answer = undefined;
    this.steps = [];
    this.at = 0;
    this.working = true;
    this.play();
    try {
      await app.open();
      const { engine } = app;
      if (!engine) throw new LostError(app.lost ?? t("app.noAnswer"));
      call.signal.throwIfAborted();
      const answer = await ask(engine, {
        signal: call.signal,
        onStep: (step) => {
          this.steps = [...this.steps, step];
        },
        onLoading: (loaded, total) => {
          this.loading = { loaded, total };
        },
      });
      this.answer = answer;
      if (this.steps.length === 0) this.steps = answer.steps;
      return answer;
    } catch (e) {
      if (call.signal.aborted) return undefined;
      this.error = e instanceof LostError ? t("locate.stillHere", { error: e.message }) : (e as Error).message;
      app.fail(e as Error);
      return undefined;
    } finally {
      if (this.call === call) {
        this.working = false;
        this.loading = undefined;
      }
    }
  }

  /** Plays the way from noise to places, four steps a second; each step as it comes where a person wants no motion. */
  play(): void {
    if (this.answer && this.at >= this.steps.length - 1) this.at = 0;
    this.playing = true;
    cancelAnimationFrame(this.frame);
    // Whoever wants no motion sees each step as it comes, and the end.
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let before = performance.now();
    const tick = (now: number) => {
      if (!this.playing) return;
      const last = this.steps.length - 1;
      this.at = still
        ? Math.max(0, last)
        : Math.min(Math.max(0, last), this.at + ((now - before) / 1000) * stepsPerSecond);
      before = now;
      const over = !this.working && this.at >= last;
      if (over) this.playing = false;
      else this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** Stops playing. */
  pause(): void {
    this.playing = false;
  }

  /** Looks at a step, or between two. */
  seek(at: number): void {
    this.pause();
    this.at = at;
  }

  /** Withdraws what is asked, and shows nothing. */
  clear(): void {
    this.stop();
    this.working = false;
    this.error = undefined;
    this.answer = undefined;
    this.steps = [];
    this.at = 0;
  }

  /** Withdraws what is asked, and forgets the picture. */
  stop(): void {
    this.call?.abort();
    this.pause();
    this.forgetPicture();
  }

  private forgetPicture(): void {
    if (this.preview) URL.revokeObjectURL(this.preview);
    this.preview = undefined;
    this.picture = undefined;
  }
}
