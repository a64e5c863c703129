/** Pictures that the archive has more than once, some groups at a time. */
import type { Duplicates } from "geodrift/contract";
import { answerOf, archive } from "../engine/client.js";

const api = archive.api.library;

/** Groups of a page. */
export const groupsOfAPage = 20;

/** What is shown of pictures that are the same, or look it. */
export class DuplicateGroups {
  shown = $state.raw<Duplicates>();
  /** The first that is shown, counted from 0. */
  from = $state(0);
  loading = $state(false);
  error = $state<string>();

  /** Asks for the groups from one on. */
  async load(from = this.from): Promise<void> {
    this.loading = true;
    this.error = undefined;
    try {
      const query = { from: String(from), limit: String(groupsOfAPage) };
      this.shown = await answerOf(api.duplicates.$get({ query }));
      this.from = from;
    } catch (e) {
      this.error = (e as Error).message;
    } finally {
      this.loading = false;
    }
  }
}
