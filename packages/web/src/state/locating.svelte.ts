/** The first view's picture and answer, and those before it: they stay when another view is looked at, and when the page is loaded anew. */
import { type Answer, defaultSettings, type Settings } from "../engine/engine.js";
import { holdsAnswer, readHash } from "./answer-link.js";
import { app } from "./app.svelte.js";
import { answerOf, type KeptAnswer, KeptAnswers } from "./kept-answers.svelte.js";
import { type Judged, Pane } from "./pane.svelte.js";
import { forgetRemembered, remember, remembered } from "./remembered.js";
import { areSettings } from "./settings.js";

class Locating {
  readonly kept = new KeptAnswers();
  readonly pane = new Pane((...answered) => void this.keep(...answered));
  /** Which of those that are kept is looked at. */
  shown = $state<string>();
  /** The settings of what is looked at, if it is from a link: nothing is asked about it here, and one's own settings stay. */
  linked = $state.raw<Settings>();
  /** Pictures that are located beside the one that is looked at: how many of how many are done. */
  others = $state<{ done: number; of: number }>();
  /** What was wrong with them, in sentences. */
  failures = $state.raw<string[]>([]);
  private opening: Promise<void> | undefined;
  private waiting: File[] = [];
  private stop = new AbortController();

  /** Shows what was shown when the page was left. */
  open(): Promise<void> {
    this.opening ??= this.restore();
    return this.opening;
  }

  private async restore(): Promise<void> {
    this.pane.settings = { ...defaultSettings, ...remembered("settings", areSettings) };
    await Promise.all([this.kept.open(), app.open()]);
    const { model } = this.pane.settings;
    // Another server, perhaps, with other models.
    if (app.models.length > 0 && !app.models.some(({ id }) => id === model)) this.pane.settings.model = undefined;
    if (holdsAnswer(location.hash)) return;
    const id = remembered("shown", (v): v is string => typeof v === "string");
    const last = this.kept.all.find((k) => k.id === id);
    if (last && !this.pane.picture) this.show(last);
  }

  /** Shows an answer of before. */
  show(kept: KeptAnswer): void {
    this.leaveLink();
    this.shown = kept.id;
    remember("shown", kept.id);
    this.pane.restore(kept.picture, kept.settings, answerOf(kept), kept.judged);
  }

  /** Shows the answer that a link brings. */
  async showLink(hash: string): Promise<void> {
    const read = await readHash(hash).catch((e: Error) => e);
    // Meanwhile somebody may have chosen a picture, or another link.
    if (location.hash !== hash) return;
    this.shown = undefined;
    if (read instanceof Error) {
      this.linked = undefined;
      this.pane.clear();
      this.pane.error = read.message;
    } else {
      this.pane.restore(read.picture, $state.snapshot(this.pane.settings), read.answer);
      this.linked = read.settings;
    }
  }

  /** Locates pictures: the first before one's eyes, the others beside it, each an answer of its own. */
  choose([first, ...others]: readonly File[]): void {
    if (!first) return;
    this.leaveLink();
    this.shown = undefined;
    this.pane.choose(first);
    this.waiting.push(...others);
    if (others.length > 0) {
      const before = this.others;
      this.others = { done: before?.done ?? 0, of: (before?.of ?? 0) + others.length };
      if (!before) void this.locateOthers();
    }
  }

  /** What is looked at is no longer what the address says. */
  private leaveLink(): void {
    this.linked = undefined;
    if (holdsAnswer(location.hash)) history.replaceState(null, "", "#locate");
  }

  private async locateOthers(): Promise<void> {
    const { signal } = this.stop;
    await app.open();
    for (let next = this.waiting.shift(); next && !signal.aborted; next = this.waiting.shift()) {
      const settings = $state.snapshot(this.pane.settings);
      try {
        const answer = await app.engine?.locate(next, settings, { signal, onStep: () => {} });
        if (answer && !signal.aborted) await this.kept.add(next, settings, answer);
      } catch (e) {
        if (signal.aborted) break;
        this.failures = [...this.failures, `${next.name}: ${(e as Error).message}`];
        app.fail(e as Error);
      }
      if (this.others) this.others = { ...this.others, done: this.others.done + 1 };
    }
    this.others = undefined;
  }

  /** Forgets every picture, every answer and every setting that this browser has kept. */
  async forgetAll(): Promise<void> {
    this.stop.abort();
    this.stop = new AbortController();
    this.waiting = [];
    this.others = undefined;
    this.failures = [];
    this.leaveLink();
    this.shown = undefined;
    this.pane.clear();
    this.pane.stop();
    this.pane.settings = { ...defaultSettings };
    forgetRemembered();
    await this.kept.clear();
  }

  private async keep(picture: File, settings: Settings, answer: Answer, judged: Judged): Promise<void> {
    // What was said of one picture is not for the next.
    remember("settings", { ...settings, prior: judged.prior });
    const kept = await this.kept.add(picture, settings, answer, judged);
    // Another picture may have been chosen meanwhile.
    if (!kept || this.pane.answer !== answer) return;
    this.shown = kept.id;
    remember("shown", kept.id);
  }
}

/** The one that all of the page shares. */
export const locating = new Locating();
/** The two that are compared, which stay when another view is looked at. */
export const compared = [new Pane(), new Pane()];
