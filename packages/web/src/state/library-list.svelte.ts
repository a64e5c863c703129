/** The archive's list as the page sees it: what it holds, which pictures are listed, the one that is looked at, what is selected. */
import type { Album, Camera, ListedPicture, LibraryState as Overview } from "geodrift/contract";
import { answerOf, archive } from "../engine/client.js";
import { listenToChanges } from "../engine/library-events.js";
import { app } from "./app.svelte.js";
import { PictureFilter } from "./picture-filter.svelte.js";
import { Selection } from "./selection.svelte.js";

const pageSize = 60;

const api = archive.api.library;

/** The list, as it is now: it shows what others do as they do it. */
export abstract class LibraryList {
  overview = $state.raw<Overview>();
  /** Which pictures the list has. */
  readonly filter = new PictureFilter("queue");
  albums = $state.raw<Album[]>([]);
  cameras = $state.raw<Camera[]>([]);
  pictures = $state.raw<ListedPicture[]>([]);
  next = $state<string>();
  current = $state.raw<ListedPicture>();
  readonly selected = new Selection();
  /** A job has run while this page was open: how it ended is news. */
  sawJob = $state(false);
  /** Grows whenever something may have changed in the archive. */
  changes = $state(0);
  /** Something that a person asked for is being done. */
  acting = $state(false);
  message = $state("");
  error = $state<string>();
  /** Has the list been asked for? Whoever looks at a map of all pictures needs none, and nothing is located for them. */
  isListed = false;
  private watching = 0;
  private stopListening = () => {};
  private following = false;
  private behind = false;
  private turn = Promise.resolve();

  /** Runs something whose failure is one sentence on the page, until a person does something else. */
  protected async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (e) {
      this.error = (e as Error).message;
      app.fail(e as Error);
      return undefined;
    }
  }

  /** What a person does: one thing after another, however fast the keys come; what went wrong before is forgotten. */
  protected act(work: () => Promise<unknown>): Promise<void> {
    this.turn = this.turn.then(async () => {
      this.acting = true;
      this.error = undefined;
      this.message = "";
      await this.attempt(work);
      this.acting = false;
    });
    return this.turn;
  }

  /**
   * Asks what the library holds, and for the first page of its list; from then on it shows what others do as they do it.
   * @param options `list`: whether the list is wanted already
   */
  async open({ list = true } = {}): Promise<void> {
    this.stopListening = listenToChanges(() => void this.follow());
    await this.refresh();
    if (list) await this.list();
  }

  /** Shows what has changed, one change after another; of many that come meanwhile, once for all. */
  protected async follow(): Promise<void> {
    this.behind = true;
    if (this.following) return;
    this.following = true;
    while (this.behind) {
      this.behind = false;
      await this.catchUp();
    }
    this.following = false;
  }

  /** What a person here is about to say something of stays, with what is said of it now. */
  private async catchUp(): Promise<void> {
    this.changes++;
    await this.refresh();
    await this.relist();
    const id = this.current?.id;
    if (id === undefined) return;
    const now = await this.attempt(() => answerOf(api.pictures[":id"].$get({ param: { id: String(id) } })));
    if (!now || this.current?.id !== now.id) return;
    this.seenAnew(now);
    this.current = now;
  }

  /** Asks what the library holds and is busy with, and again while a job runs. */
  async refresh(): Promise<void> {
    await this.attempt(async () => {
      const scannedBefore = this.overview?.folders;
      this.overview = await answerOf(archive.api.library.$get());
      if (JSON.stringify(scannedBefore) !== JSON.stringify(this.overview.folders))
        [this.albums, this.cameras] = await Promise.all([answerOf(api.albums.$get()), answerOf(api.cameras.$get())]);
    });
    // Also after a question without an answer: the server may come back.
    if (this.overview?.job?.running) {
      this.sawJob = true;
      this.watch();
    }
  }

  private watch(): void {
    clearTimeout(this.watching);
    this.watching = window.setTimeout(async () => {
      await this.refresh();
      if (!this.overview?.job?.running) {
        this.changes++;
        await this.relist();
      }
    }, 700);
  }

  /** The list as it is now, as far as it was loaded, with what is looked at and selected left alone. */
  private async relist(): Promise<void> {
    if (!this.isListed) return;
    const { turn } = this;
    const page = await this.page(undefined, Math.min(1000, Math.max(pageSize, this.pictures.length)));
    // What was asked before somebody here did something may be older than that.
    if (!page || turn !== this.turn) return;
    this.pictures = page.pictures;
    this.next = page.next;
    if (!this.current) this.look(this.pictures[0]);
  }

  /**
   * Asks for the first page of the list; the selection ends.
   * @param wanted the picture to look at, if it is there
   */
  async list(wanted?: number): Promise<void> {
    this.selected.clear();
    await this.listAgain(wanted);
  }

  /**
   * Asks for the first page of the list; what is selected stays.
   * @param wanted the picture to look at, if it is there
   */
  protected async listAgain(wanted = this.current?.id): Promise<void> {
    this.isListed = true;
    const page = await this.page();
    if (!page) return;
    this.pictures = page.pictures;
    this.next = page.next;
    this.look(this.pictures.find((p) => p.id === wanted) ?? this.pictures[0]);
  }

  /** Asks for the next page. */
  async more(): Promise<void> {
    const page = await this.page(this.next);
    if (!page) return;
    this.pictures = [...this.pictures, ...page.pictures];
    this.next = page.next;
  }

  private page(after?: string, limit = pageSize) {
    const query = { ...this.filter.query, limit: String(limit), ...(after !== undefined && { after }) };
    return this.attempt(() => answerOf(api.pictures.$get({ query })));
  }

  /** Looks at a picture by its number, whether the list has it or not. */
  async show(id: number): Promise<void> {
    if (!this.isListed) await this.list(id);
    if (this.current?.id === id) return;
    const listed = this.pictures.find((p) => p.id === id);
    const picture =
      listed ?? (await this.attempt(() => answerOf(api.pictures[":id"].$get({ param: { id: String(id) } }))));
    if (picture) this.look(picture);
  }

  /** Looks at the picture so many places further in the list. */
  move(by: number): void {
    const at = this.pictures.findIndex((p) => p.id === this.current?.id);
    const to = this.pictures[at + by];
    if (to) this.look(to);
    else if (by > 0 && this.next) void this.more().then(() => this.move(by));
  }

  /** Takes a picture into the selection or out of it; up to it with the shift key, from the last one or the one that is looked at. */
  select(id: number, upTo = false): void {
    this.selected.toggle(id, this.shownIds, { upTo, from: this.current?.id });
  }

  /** All pictures of the list, as far as it is loaded. */
  selectAll(): void {
    this.selected.all(this.shownIds);
  }

  private get shownIds(): number[] {
    return this.pictures.map((p) => p.id);
  }

  /** The selection, or what is looked at. */
  protected get meant(): number[] {
    return this.selected.size > 0 ? [...this.selected.chosen] : this.current ? [this.current.id] : [];
  }

  /** May whoever looks say where pictures were taken? */
  get mayReview(): boolean {
    return this.overview?.person.role !== "reader";
  }

  protected shownOf(id: number): ListedPicture | undefined {
    return this.current?.id === id ? this.current : this.pictures.find((p) => p.id === id);
  }

  /** Shows a picture, or none. */
  abstract look(picture: ListedPicture | undefined): void;

  /** Told of the picture that is looked at, as it is by now. */
  protected abstract seenAnew(picture: ListedPicture): void;

  /** Ends what runs for a page that is left. */
  close(): void {
    this.stopListening();
    clearTimeout(this.watching);
  }
}
