/** Answers of before, with their pictures, in this browser's own storage: they survive a reload, and leave it never. */
import { distributionTensors, readDistribution, readSafetensors, writeSafetensors } from "@geodrift/core";
import { clear, createStore, del, entries, set, type UseStore } from "idb-keyval";
import type { Answer, Settings } from "../engine/engine.js";
import { t } from "../texts/language.svelte.js";
import type { Judged } from "./pane.svelte.js";
import { smallPicture } from "./small-picture.js";

/** A picture with what was asked of it and answered. */
export interface KeptAnswer {
  id: string;
  /** When it was answered, milliseconds since 1970. */
  at: number;
  picture: File;
  /** A small picture of it, where the browser can read it. */
  thumbnail?: Blob;
  /** As it was asked, with what was said of the picture. */
  settings: Settings;
  /** What was said of it; of before that could be, nothing. */
  judged?: Judged;
  result: Answer["result"];
  steps: Answer["steps"];
  /** The distribution and its samples, a safetensors file. */
  density: Uint8Array<ArrayBuffer>;
}

/** More are forgotten, the oldest first. */
const mostKept = 24;

const thumbnailSide = 96;

/** The answer as it was. */
export const answerOf = ({ result, steps, density }: KeptAnswer): Answer => ({
  result,
  steps,
  ...readDistribution(readSafetensors(density).tensors),
});

/** What is kept, the newest first. */
export class KeptAnswers {
  all = $state.raw<KeptAnswer[]>([]);
  /** Why nothing is kept, where the browser keeps nothing. */
  refused = $state<string>();
  private store: UseStore | undefined;
  /** How often all has been forgotten: what was on its way into the store before then is not to arrive after it. */
  private clears = 0;

  /** Reads what is there. */
  async open(): Promise<void> {
    await this.tried(async (store) => {
      const there = await entries<string, KeptAnswer>(store);
      const before = there.map(([, kept]) => kept).filter((kept) => !this.all.some(({ id }) => id === kept.id));
      this.all = [...this.all, ...before].sort((a, b) => b.at - a.at);
    });
  }

  /** Keeps an answer in place of that to the same picture with the same settings, unless all is forgotten meanwhile. */
  async add(picture: File, settings: Settings, answer: Answer, judged?: Judged): Promise<KeptAnswer | undefined> {
    const { clears } = this;
    const { result, steps, distribution, samples } = answer;
    const made = writeSafetensors({ tensors: distributionTensors(distribution, samples), metadata: {} });
    const kept: KeptAnswer = {
      id: crypto.randomUUID(),
      at: Date.now(),
      picture,
      thumbnail: await smallPicture(picture, thumbnailSide),
      ...(judged && { judged }),
      ...{ settings, result, steps, density: new Uint8Array(made) },
    };
    if (clears !== this.clears) return;
    const same = (other: KeptAnswer) =>
      other.result.sha256 === result.sha256 && JSON.stringify(other.settings) === JSON.stringify(settings);
    const gone = [...this.all.filter(same), ...this.all.filter((k) => !same(k)).slice(mostKept - 1)];
    this.all = [kept, ...this.all.filter((k) => !gone.includes(k))];
    await this.tried(async (store) => {
      await set(kept.id, kept, store);
      for (const { id } of gone) await del(id, store);
    });
    return kept;
  }

  /** Forgets all: it leaves the list when it has left the store. */
  async clear(): Promise<void> {
    this.clears++;
    const before = this.all;
    await this.tried((store) => clear(store));
    this.all = this.all.filter((kept) => !before.includes(kept));
  }

  private async tried(work: (store: UseStore) => Promise<void>): Promise<void> {
    try {
      this.store ??= createStore("geodrift", "answers");
      await work(this.store);
    } catch (e) {
      this.refused = t("kept.refused", { why: (e as Error).message });
    }
  }
}
