/** The training's views in a thread of their own: reading the rasters and listing the views takes half a minute, once. */
import { Worker } from "node:worker_threads";
import type { LatLng } from "@geodrift/core";
import type { ViewKind } from "../data/captions.js";
import type { Picture } from "../data/picture.js";
import type { ImageModelDescription } from "../models/schema.js";
import type { AlikeView } from "./training-views.js";

export interface MemoryWork {
  rasters: string;
  description: Pick<ImageModelDescription, "views">;
}

export interface MemoryQuestion {
  id: number;
  picture: Picture;
  place: LatLng;
  kind: ViewKind;
}

export type MemoryAnswer = { id: number } & ({ view: AlikeView } | { error: string });

export class TrainingMemory {
  private worker: Worker | undefined;
  private next = 0;
  private readonly waiting = new Map<number, { resolve(view: AlikeView): void; reject(e: Error): void }>();

  constructor(private readonly work: MemoryWork) {}

  /** Of the training views near a place, the one that is most like a picture. */
  mostAlike(picture: Picture, place: LatLng, kind: ViewKind): Promise<AlikeView> {
    this.worker ??= this.start();
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker?.postMessage({ id, picture, place, kind } satisfies MemoryQuestion);
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL("./training-memory-worker.js", import.meta.url), { workerData: this.work });
    worker.on("message", (answer: MemoryAnswer) => {
      const call = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ("error" in answer) call?.reject(new Error(answer.error));
      else call?.resolve(answer.view);
    });
    worker.on("error", (e: Error) => {
      this.worker = undefined;
      for (const call of this.waiting.values()) call.reject(e);
      this.waiting.clear();
    });
    return worker;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}
