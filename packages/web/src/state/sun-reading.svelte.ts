/** What a person reads off a picture's shadows: when it was taken, and how long they are. */
import { withoutPart, withPart } from "./known-priors.js";

/** A time and the length of a shadow, which stay while the picture is asked about again. */
export class SunReading {
  open = $state(false);
  /** By the clock of Greenwich, as a field of the page has it: 2024-06-21T10:30. */
  when = $state("");
  /** How many times as long as what casts it a shadow is, on level ground. */
  ratio = $state<number>();
  /** How far off that may be. */
  percent = $state(10);
  /** What was taken in last. */
  taken = $state<string>();

  /** The time; undefined where none is said. */
  get time(): Date | undefined {
    const time = new Date(`${this.when}Z`);
    return this.when && !Number.isNaN(time.getTime()) ? time : undefined;
  }

  /** What is known besides, with the shadow in place of the one before. */
  takeInto(prior: string | undefined): string | undefined {
    const { time, ratio, percent } = this;
    const rest = this.leaveOutOf(prior);
    if (!time || !ratio) return rest;
    this.taken = `shadow:${time.toISOString().slice(0, 16)}Z:${ratio}~${percent}`;
    return withPart(rest, this.taken);
  }

  /** The same without the shadow. */
  leaveOutOf(prior: string | undefined): string | undefined {
    const rest = this.taken === undefined ? prior : withoutPart(prior, this.taken);
    this.taken = undefined;
    return rest;
  }

  /** Another picture. */
  clear(): void {
    this.when = "";
    this.ratio = undefined;
    this.percent = 10;
    this.taken = undefined;
  }
}
