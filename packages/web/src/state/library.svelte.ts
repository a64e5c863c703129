/** The archive as the page sees it: its list, the picture that is looked at, and what is done with it. */
import type { LatLng } from "@geodrift/core";
import { levelFor, levels } from "geodrift/browser";
import type { DrawnTrack, KnownPlaces, Level, ListedPicture, PictureQuery, Verdict } from "geodrift/contract";
import { answerOf, archive } from "../engine/client.js";
import { defaultSettings, queryOf } from "../engine/engine.js";
import { asEvents, followAnswer } from "../engine/events.js";
import { t } from "../texts/language.svelte.js";
import { type CopiedPlace, placeToCopy } from "./copied-place.js";
import { LibraryList } from "./library-list.svelte.js";
import { Pane } from "./pane.svelte.js";

const api = archive.api.library;

/** What is told of pictures when something was said of them. */
const saidKeys = { accept: "said.accepted", reject: "said.rejected", "not-a-place": "said.not-a-place" } as const;

/** How many pictures it was said of, in words. */
type Told = (count: number) => string;

/** The archive: its list, what is known of the picture that is looked at, and what is said of pictures. */
export class LibraryState extends LibraryList {
  known = $state.raw<KnownPlaces[]>([]);
  /** The track around the moment of the picture that is looked at, where tracks are taken in. */
  track = $state.raw<DrawnTrack>();
  /** A place to be said of other pictures as well. */
  copied = $state.raw<CopiedPlace>();
  /** Which of what is known besides is taken in. */
  use = $state({ time: true, minutes: 60, album: false, track: false, clockHours: 0 });
  level = $state<Level>("point");
  private levelChosen = false;
  /** The answer that is shown is the one that the library keeps. */
  settled = $state(false);
  /** When the estimate was made that is shown, milliseconds since 1970: no other is accepted. */
  private shownMadeAt: number | undefined;
  /** Where a person has put it, degrees. */
  pin = $state<LatLng>();
  /** Radius of the pin's circle, km. */
  pinRadiusKm = $state(1);
  /** A level that is finer than the estimate supports is accepted when it is asked for again; the radius in km. */
  asking = $state.raw<{ level: Level; radiusKm: number }>();
  /** Decisions go into sidecars that other programs keep, where there are any. */
  intoExisting = $state(false);
  readonly pane = new Pane();
  /** What the answer that is shown was asked with. */
  asked = $state.raw<PictureQuery>({});

  /** Address of a file of what is known. */
  export = (format: "csv" | "geojson" | "kml" | "dwc", obscure = false) =>
    api.export.$url({ query: { format, obscure: obscure ? "true" : "false" } }).href;

  /** Address of the evidence for the answer that is shown. */
  evidence = (id: number) => api.pictures[":id"].evidence.$url({ param: { id: String(id) }, query: this.asked }).href;

  private get knownQuery(): PictureQuery {
    const { time, minutes, album, track, clockHours } = this.use;
    return {
      album: album ? "true" : "false",
      track: track ? "true" : "false",
      ...(time && { timeNeighbours: String(minutes) }),
      ...(track && { clockMinutes: String(60 * clockHours) }),
    };
  }

  /** Shows a picture, and locates it with what is known besides. */
  override look(picture: ListedPicture | undefined): void {
    this.current = picture;
    this.pin = undefined;
    this.known = [];
    this.track = undefined;
    // What was drawn for one picture says nothing of the next.
    this.pane.settings.region = undefined;
    this.levelChosen = false;
    this.asking = undefined;
    this.settled = false;
    if (picture?.estimate) this.level = levelFor(picture.estimate.radiusKm);
    this.shownMadeAt = picture?.estimate?.madeAt;
    // Nor is the answer of the one before to be seen, or accepted, beside it.
    this.pane.clear();
    // Whoever decides at a glance does not wait for it.
    if (picture && picture.state !== "unreadable" && this.mayReview) void this.locate();
  }

  /** Locates the picture that is looked at, with what is known besides, and keeps the answer as its estimate. */
  async locate(): Promise<void> {
    const picture = this.current;
    if (!picture) return;
    this.settled = false;
    const param = { id: String(picture.id) };
    const query = this.knownQuery;
    const known = await this.attempt(() => answerOf(api.pictures[":id"].known.$get({ param, query })));
    if (this.current?.id !== picture.id) return;
    this.known = known ?? [];
    this.track = this.use.track ? await this.trackOf(picture.id) : undefined;
    if (this.current?.id !== picture.id) return;
    const settings = {
      ...defaultSettings,
      model: this.pane.settings.model,
      region: this.pane.settings.region,
      prior: this.pane.settings.prior,
    };
    this.asked = { ...query, ...queryOf(settings) };
    const fine = { ...this.asked, fine: "true" as const };
    const answer = await this.pane.follow((_, call) =>
      followAnswer(
        api.pictures[":id"].locate.$post({ param, query: fine }, { headers: asEvents, init: { signal: call.signal } }),
        call,
      ),
    );
    if (!answer) return;
    // What the list says of it is what the library keeps now.
    const kept = await this.attempt(() => answerOf(api.pictures[":id"].$get({ param })));
    if (!kept) return;
    this.pictures = this.pictures.map((p) => (p.id === kept.id ? kept : p));
    if (this.current?.id !== kept.id) return;
    this.current = kept;
    this.shownMadeAt = kept.estimate?.madeAt;
    this.settled = true;
    if (kept.estimate && !this.pin && !this.levelChosen) this.level = levelFor(kept.estimate.radiusKm);
  }

  private trackOf(id: number): Promise<DrawnTrack | undefined> {
    const query = { clockMinutes: String(60 * this.use.clockHours) };
    return this.attempt(() => answerOf(api.pictures[":id"].track.$get({ param: { id: String(id) }, query })));
  }

  /** Ends what is asked, or else the selection. */
  escape(): void {
    if (this.asking) this.asking = undefined;
    else this.selected.clear();
  }

  /** Says as what a place is accepted, whatever would be proposed. */
  choose(level: Level): void {
    this.level = level;
    this.levelChosen = true;
    this.asking = undefined;
  }

  /** Is there something to accept: an estimate that is kept, a pin, or a selection? */
  get acceptable(): boolean {
    // What the library keeps can be accepted at once, and is told from what may come by when it was made.
    return this.selected.size > 0 || this.pin !== undefined || this.settled || this.current?.estimate != null;
  }

  /** Says it of the selection, of each picture at its own level, or of the picture that is looked at. */
  async decide(kind: "accept" | "reject" | "not-a-place"): Promise<void> {
    if (!this.mayReview) return;
    await this.act(async () => {
      const pictures = this.meant;
      if (pictures.length === 0) return;
      if (kind === "accept" && !this.acceptable) {
        this.error = t("said.noEstimate");
        return;
      }
      const verdict = kind === "accept" ? this.acceptance() : { kind };
      if (!verdict) return;
      await this.sayHere(pictures, verdict, (count) => t(saidKeys[kind], { count }));
    });
  }

  /** Says something of pictures of the list, takes them from it, and looks at what comes then. */
  private async sayHere(pictures: readonly number[], verdict: Verdict, told: Told): Promise<void> {
    // Before it is said: whoever hears of it may list what is left before this does.
    const at = this.pictures.findIndex((p) => pictures.includes(p.id));
    const refused = await this.say(pictures, verdict, told);
    if (!refused) return;
    const gone = new Set(pictures.filter((id) => !refused.includes(id)));
    this.pictures = this.pictures.filter((p) => !gone.has(p.id));
    // Others may have been chosen since.
    this.selected.drop(pictures);
    await this.refresh();
    this.look(this.pictures[Math.max(0, Math.min(at, this.pictures.length - 1))]);
    if (this.pictures.length < 10 && this.next) await this.more();
  }

  /**
   * Says something of pictures.
   * @param told what is told of it
   * @param shown what a person has seen of them, where the list does not have them
   * @returns numbers of those of which it cannot be said; undefined where nothing was
   */
  private async say(
    pictures: readonly number[],
    verdict: Verdict,
    told: Told,
    shown: (id: number) => ListedPicture | undefined = () => undefined,
  ): Promise<number[] | undefined> {
    const known = (id: number) => this.shownOf(id) ?? shown(id);
    const unseen = pictures.filter((id) => !known(id));
    const asked = await this.attempt(async () => {
      const more: ListedPicture[] = [];
      for (let from = 0; from < unseen.length; from += 100)
        more.push(...(await answerOf(api.several.$get({ query: { ids: unseen.slice(from, from + 100).join(",") } }))));
      const last = new Map(more.map((p) => [p.id, p.lastWord?.id ?? null]));
      const seen = pictures.map((id) => {
        const picture = known(id);
        return picture ? (picture.lastWord?.id ?? null) : (last.get(id) ?? null);
      });
      return answerOf(api.decisions.$post({ json: { pictures: [...pictures], verdict, seen } }));
    });
    // Somebody else may have been faster: what they have said is shown.
    if (!asked) {
      await this.follow();
      return undefined;
    }
    const { left, refused } = asked;
    this.message = told(pictures.length - refused.length);
    const troubles = [
      refused.length > 0 && t("said.refused", { count: refused.length, first: refused[0].error }),
      left.length > 0 && t("said.left", { count: left.length, first: left[0].error }),
    ];
    this.error = troubles.filter(Boolean).join(" ") || undefined;
    return refused.map((r) => r.picture);
  }

  /** Takes the place of a picture along: a person's pin, set or said, else what its file says. */
  async copyPlace(id = this.current?.id): Promise<void> {
    if (id === undefined) return;
    // As it is now: whoever goes on to the next picture meanwhile has copied this one's.
    const { current, level, pinRadiusKm: radiusKm } = this;
    const pin = current?.id === id && this.pin ? { ...$state.snapshot(this.pin), level, radiusKm } : undefined;
    await this.act(async () => {
      const picture = await answerOf(api.pictures[":id"].$get({ param: { id: String(id) } }));
      this.copied = pin ? { ...pin, id, from: picture.path } : placeToCopy(picture);
      this.message = t("said.copied", { path: picture.path });
    });
  }

  /** Says the place that was copied of the selection, or of the picture that is looked at. */
  async pastePlace(): Promise<void> {
    const pictures = this.meant;
    await this.paste(pictures, (verdict, told) => this.sayHere(pictures, verdict, told));
  }

  /**
   * Says the place that was copied of pictures that are shown elsewhere than in the list.
   * @param shown what a person has seen of them
   * @param then what follows when it has been said, told of those of which it cannot be
   */
  pasteTo(
    pictures: readonly number[],
    shown: (id: number) => ListedPicture | undefined,
    then: (refused: readonly number[]) => Promise<void>,
  ): Promise<void> {
    return this.paste(pictures, async (verdict, told) => {
      const refused = await this.say(pictures, verdict, told, shown);
      if (refused) await then(refused);
    });
  }

  private async paste(
    pictures: readonly number[],
    say: (verdict: Verdict, told: Told) => Promise<void>,
  ): Promise<void> {
    if (!this.mayReview || pictures.length === 0) return;
    await this.act(async () => {
      const { copied } = this;
      if (!copied) {
        this.error = t("said.nothingCopied");
        return;
      }
      const { lat, lng, radiusKm, level } = copied;
      await say({ kind: "accept", level, pin: { lat, lng }, radiusKm }, (count) =>
        t("said.pasted", { count, from: copied.from }),
      );
    });
  }

  /** As what the place is accepted; undefined while it is asked whether it is meant. */
  private acceptance(): Verdict | undefined {
    const pin = this.pin && { pin: $state.snapshot(this.pin), radiusKm: this.pinRadiusKm };
    if (pin) return { kind: "accept", level: this.level, ...pin };
    if (this.selected.size > 0) return { kind: "accept", level: "own" };
    const { level } = this;
    const radiusKm = this.current?.estimate?.radiusKm ?? 0;
    if (levels.indexOf(level) < levels.indexOf(levelFor(radiusKm)) && this.asking?.level !== level) {
      this.asking = { level, radiusKm };
      return undefined;
    }
    this.asking = undefined;
    // No other estimate is accepted than the one that is shown.
    return { kind: "accept", level, madeAt: this.shownMadeAt };
  }

  /** Takes back what was said last. */
  async undo(): Promise<void> {
    if (!this.mayReview) return;
    await this.act(async () => {
      // At once: what is chosen while the list comes anew is meant for it.
      this.selected.clear();
      const outcomes = await answerOf(api.undo.$post({ json: {} }));
      const failed = outcomes.find((o) => o.error);
      this.message = outcomes.length === 0 ? t("said.nothingToUndo") : t("said.undone", { n: outcomes.length });
      if (failed) this.error = t("said.oneFailed", { why: failed.error });
      await this.refresh();
      await this.listAgain(outcomes[0]?.picture);
    });
  }

  /** Writes sidecars for all accepted pictures. */
  async write(): Promise<void> {
    await this.act(async () => {
      const outcomes = await answerOf(api.write.$post({ json: { intoExisting: this.intoExisting } }));
      const failed = outcomes.filter((o) => o.error);
      this.message = t("said.wrote", { count: outcomes.length - failed.length });
      if (failed.length > 0) this.error = t("said.notWritten", { n: failed.length, first: failed[0].error });
      await this.refresh();
      await this.listAgain();
    });
  }

  /** Takes a folder of the server's machine in. */
  addFolder = (path: string) => this.job(() => api.folders.$post({ json: { path } }));

  /** Looks at all folders again. */
  scan = () => this.job(() => api.scan.$post());

  /** Locates the whole queue in the background. */
  estimateAll = () =>
    this.job(() => {
      const { time, minutes, album, track, clockHours } = this.use;
      const { model } = this.pane.settings;
      const known = { album, track, clockMinutes: 60 * clockHours, ...(time && { timeNeighbours: minutes }) };
      return api.estimate.$post({ json: { model, ...known } });
    });

  /** Looks at all pictures that nobody has looked at, in the background. */
  takeLooks = () => this.job(() => api.looks.$post());

  /** Stops what the library is busy with. */
  stopJob = () => this.job(() => api.job.$delete());

  private async job(work: () => Promise<unknown>): Promise<void> {
    await this.act(work);
    await this.refresh();
  }

  /** Takes a GPX track in, and uses it. */
  async addTrack(file: File): Promise<void> {
    await this.act(async () => {
      const sent = api.tracks.$post({ query: { name: file.name } }, { init: { body: file } });
      const { points } = await answerOf(sent);
      this.message = t("said.track", { name: file.name, points });
      this.use.track = true;
      await this.locate();
    });
  }

  protected seenAnew(picture: ListedPicture): void {
    // Without an answer beside it, what the library keeps is what is shown.
    if (!this.pane.answer) this.shownMadeAt = picture.estimate?.madeAt;
  }

  /** Ends what runs for a page that is left. */
  override close(): void {
    super.close();
    this.pane.stop();
  }
}
