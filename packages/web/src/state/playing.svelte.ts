/** The game: which pictures a seed gives, what was guessed, and how often in a row somebody was closer than the model. */
import { distanceKm, Generator, geoScore, type LatLng } from "@geodrift/core";
import { t } from "../texts/language.svelte.js";
import { Pane } from "./pane.svelte.js";
import { remember, remembered } from "./remembered.js";

/** A place that is asked about. */
export interface Puzzle extends LatLng {
  name: string;
  /** Name of the picture's file. */
  picture: string;
}

/** How far off somebody was, and the points for it. */
export interface Guess {
  km: number;
  score: number;
}

/** A picture that was guessed. */
export interface Round {
  name: string;
  yours: Guess;
  model: Guess;
}

/** Pictures in a row in which somebody was closer than the model: now, and at most so far. */
export interface Streak {
  now: number;
  best: number;
}

/** Pictures of a game. */
export const rounds = 5;

/** Greatest number of a game. */
const maxGame = 2 ** 31 - 1;

const scored = (km: number): Guess => ({ km, score: Math.round(geoScore(km)) });

/** The number of a day's game: 20261130. */
export const gameOf = (day: Date): number => 10_000 * day.getFullYear() + 100 * (day.getMonth() + 1) + day.getDate();

/** The number of a game of chance. */
export const someGame = (): number => Math.floor(Math.random() * maxGame);

/** The number behind `#play=`; undefined if there is none. */
export function gameIn(hash: string): number | undefined {
  const [, digits] = /^#play=(\d{1,10})$/.exec(hash) ?? [];
  const game = Number(digits);
  return Number.isInteger(game) && game <= maxGame ? game : undefined;
}

/** The pictures of a game: the same number gives the same, in the same order. */
export function puzzlesOf(all: readonly Puzzle[], game: number): Puzzle[] {
  const random = new Generator(game);
  const left = [...all];
  return Array.from({ length: Math.min(rounds, all.length) }, () => left.splice(random.integer(left.length), 1)[0]);
}

async function fetched(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI), { signal });
  if (!response.ok) throw new Error(t("play.failed", { path, status: response.status }));
  return response;
}

const isStreak = (value: unknown): value is Streak => {
  const { now, best } = (value ?? {}) as Partial<Streak>;
  return Number.isInteger(now) && Number.isInteger(best);
};

const isDays = (value: unknown): value is Record<string, number> =>
  typeof value === "object" && value !== null && Object.values(value).every(Number.isFinite);

/** Days whose games are remembered. */
const mostDays = 60;

/** One game after another. */
export class Playing {
  /** Looks at the same picture. */
  readonly pane = new Pane();
  /** Number of the game. */
  game = $state(0);
  puzzles = $state.raw<Puzzle[]>([]);
  index = $state(0);
  pin = $state.raw<LatLng>();
  revealed = $state(false);
  played = $state.raw<Round[]>([]);
  streak = $state.raw<Streak>(remembered("streak", isStreak) ?? { now: 0, best: 0 });
  /** Mean points in the games of days, by their numbers. */
  days = $state.raw<Record<string, number>>(remembered("days", isDays) ?? {});
  error = $state<string>();
  /** The number of the day's game, on the day on which this one was begun. */
  today = $state(gameOf(new Date()));
  private call = new AbortController();

  puzzle = $derived<Puzzle | undefined>(this.puzzles[this.index]);
  over = $derived(this.puzzles.length > 0 && this.played.length === this.puzzles.length);

  /** Begins a game. */
  async start(game: number): Promise<void> {
    const call = this.withdraw();
    this.game = game;
    this.today = gameOf(new Date());
    this.puzzles = [];
    this.played = [];
    this.index = 0;
    try {
      const all = (await (await fetched("play/places.json", call.signal)).json()) as Puzzle[];
      call.signal.throwIfAborted();
      this.puzzles = puzzlesOf(all, game);
    } catch (e) {
      if (!call.signal.aborted) this.error = (e as Error).message;
      return;
    }
    await this.begin();
  }

  /** Nobody plays any more. */
  stop(): void {
    this.withdraw();
  }

  /** What is on its way for the picture before is not waited for. */
  private withdraw(): AbortController {
    this.call.abort();
    this.call = new AbortController();
    this.error = undefined;
    this.pin = undefined;
    this.revealed = false;
    // The answer to the picture before must not be played for this one.
    this.pane.clear();
    return this.call;
  }

  /** Shows the picture; the model looks while somebody does. */
  async begin(): Promise<void> {
    const { signal } = this.withdraw();
    const own = this.puzzle;
    if (!own) return;
    try {
      const bytes = await (await fetched(`play/${own.picture}`, signal)).blob();
      signal.throwIfAborted();
      this.pane.choose(new File([bytes], "puzzle", { type: bytes.type }));
    } catch (e) {
      if (!signal.aborted) this.error = (e as Error).message;
    }
  }

  /** Holds the pin against the truth, and the model's guess. */
  guess(): void {
    const { pin, puzzle } = this;
    const best = this.pane.answer?.result.best;
    if (!pin || !puzzle || !best || this.revealed) return;
    const [yours, model] = [distanceKm(pin, puzzle), distanceKm(best, puzzle)];
    this.played = [...this.played, { name: puzzle.name, yours: scored(yours), model: scored(model) }];
    this.revealed = true;
    const now = yours < model ? this.streak.now + 1 : 0;
    this.streak = { now, best: Math.max(now, this.streak.best) };
    remember("streak", this.streak);
    // Of a day's game the first try counts.
    if (!this.over || this.game !== this.today || this.game in this.days) return;
    const all: Record<string, number> = { ...this.days, [this.game]: this.mean("yours") };
    this.days = Object.fromEntries(Object.entries(all).slice(-mostDays));
    remember("days", this.days);
  }

  /** The next picture. */
  async next(): Promise<void> {
    this.index++;
    await this.begin();
  }

  /** Mean points so far. */
  mean(who: "yours" | "model"): number {
    return Math.round(this.played.reduce((sum, r) => sum + r[who].score, 0) / Math.max(1, this.played.length));
  }
}
