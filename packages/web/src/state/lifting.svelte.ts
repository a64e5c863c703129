/** A landmark lifted into three dimensions: how it comes along, what came out, and a picture from the side that is looked at. */
import type { SizedField } from "@geodrift/core";
import type { Lifted } from "geodrift/contract";
import type { ImageEngine, LiftEngine } from "../engine/engine.js";
import { t } from "../texts/language.svelte.js";
import { app } from "./app.svelte.js";

/** What came out of a lift. */
export interface LiftedSolid extends Lifted {
  mesh: ArrayBuffer;
  field: SizedField;
}

/** Steps that a form takes, and those that are usual. */
export const [leastSteps, mostSteps, usualSteps] = [1, 10_000, 300];

/** How long the dial rests before a picture is made, milliseconds. */
const restMs = 300;

/** One lift at a time. */
export class Lifting {
  /** Pixels along a side. */
  size = $state<number>();
  steps = $state(usualSteps);
  working = $state(false);
  error = $state<string>();
  /** 0…1. */
  progress = $state(0);
  /** What it looks like on the way, PNG in base64. */
  preview = $state<string>();
  solid = $state.raw<LiftedSolid>();
  /** A picture that the model makes from the side that is looked at, and that side. */
  picture = $state.raw<{ azimuth: number; png: string }>();
  private call: AbortController | undefined;
  private drawing: AbortController | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly lifts: LiftEngine,
    private readonly images: Pick<ImageEngine, "make">,
  ) {}

  /** Lifts the landmark; one that is under way is given up, and goes on when it is asked for again. */
  async start(): Promise<void> {
    this.stop();
    const { steps, size } = this;
    if (!Number.isInteger(steps) || steps < leastSteps || steps > mostSteps) {
      this.error = t("lift.stepsNeeded", { least: leastSteps, most: mostSteps });
      return;
    }
    const call = new AbortController();
    Object.assign(this, { call, working: true, error: undefined, progress: 0, preview: undefined, solid: undefined });
    try {
      const lifted = await this.lifts.lift(
        { size, steps },
        {
          signal: call.signal,
          onStep: ({ step, steps: all, png }) => {
            this.progress = step / all;
            this.preview = png ?? this.preview;
          },
        },
      );
      const [mesh, field] = await Promise.all([
        this.lifts.mesh(lifted.id, call.signal),
        this.lifts.field(lifted.id, call.signal),
      ]);
      this.solid = { ...lifted, mesh, field };
    } catch (e) {
      if (!call.signal.aborted) {
        this.error = (e as Error).message;
        app.fail(e as Error);
      }
    } finally {
      if (this.call === call) this.working = false;
    }
  }

  /** Makes a picture from a side, once the dial rests there. */
  look(azimuth: number): void {
    clearTimeout(this.resting);
    this.drawing?.abort();
    if (this.picture?.azimuth === azimuth) return;
    this.resting = setTimeout(() => void this.draw(azimuth), restMs);
  }

  private async draw(azimuth: number): Promise<void> {
    const drawing = new AbortController();
    this.drawing = drawing;
    try {
      const { pictures } = await this.images.make(
        { azimuth, n: 1, seed: 1 },
        { signal: drawing.signal, onStep: () => {} },
      );
      this.picture = { azimuth, png: pictures[0].png };
    } catch (e) {
      if (!drawing.signal.aborted) app.fail(e as Error);
    }
  }

  /** Gives up what is on its way. */
  stop(): void {
    this.call?.abort();
    this.drawing?.abort();
    clearTimeout(this.resting);
    this.working = false;
  }
}
