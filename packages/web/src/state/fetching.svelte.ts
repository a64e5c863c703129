/** A model that is fetched: what it is and costs first, then how far it is. */
import type { FetchStep, ModelEntry, ModelOffer } from "geodrift/contract";
import type { ModelFetches } from "../engine/engine.js";
import { app } from "./app.svelte.js";

/** One model. */
export class Fetching {
  offer = $state.raw<ModelOffer>();
  /** How far it is, while it is fetched. */
  step = $state.raw<FetchStep>();
  working = $state(false);
  error = $state<string>();
  accepts = $state(false);
  private call: AbortController | undefined;

  constructor(
    readonly id: string,
    private readonly fetches: ModelFetches,
  ) {}

  /** Bytes of all that is missing. */
  get bytes(): number {
    return this.offer?.parts.reduce((sum, part) => sum + part.bytes, 0) ?? 0;
  }

  /** Is consent to a licence asked for? */
  get asksConsent(): boolean {
    return this.offer?.parts.some((part) => part.nonCommercial) ?? false;
  }

  /** Asks what would be fetched. */
  ask(): Promise<void> {
    return this.during(async (signal) => {
      this.offer = await this.fetches.offer(this.id, signal);
    });
  }

  /** Fetches it. @returns the model; undefined if it was stopped or failed, which `error` says */
  async fetch(): Promise<ModelEntry | undefined> {
    let entry: ModelEntry | undefined;
    await this.during(async (signal) => {
      const onStep = (step: FetchStep) => {
        this.step = step;
      };
      entry = await this.fetches.fetch(this.id, { acceptLicence: this.accepts }, { signal, onStep });
    });
    return entry;
  }

  /** Lists it with the other models, from where any picture can be asked by it. */
  list(): Promise<void> {
    return this.during(async () => {
      app.models = (await app.engine?.models()) ?? app.models;
    });
  }

  /** Ends what is under way; what has come stays. */
  stop(): void {
    this.call?.abort();
  }

  private async during(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const call = new AbortController();
    Object.assign(this, { call, working: true, error: undefined, step: undefined });
    try {
      await work(call.signal);
    } catch (e) {
      if (!call.signal.aborted) {
        this.error = (e as Error).message;
        app.fail(e as Error);
      }
    } finally {
      this.working = false;
    }
  }
}

const all = new Map<string, Fetching>();

/** One for each model: it goes on while another picture is looked at. */
export function fetchingOf(id: string, fetches: ModelFetches): Fetching {
  const fetching = all.get(id) ?? new Fetching(id, fetches);
  all.set(id, fetching);
  return fetching;
}
