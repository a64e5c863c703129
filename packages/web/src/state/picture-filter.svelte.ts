/** Which pictures of the archive a person wants to see, as the bar above them says it. */
import type { Album, ListQuery, State, SurveyQuery } from "geodrift/contract";

const dayMs = 86_400_000;

/** Which pictures are shown, and in which order. */
export class PictureFilter {
  state = $state<State | "">("");
  text = $state("");
  /** Of one camera alone. */
  camera = $state("");
  /** Which of the albums alone. */
  album = $state.raw<Album>();
  /** The name of a place, within:KM:LAT,LNG or not:NAME. */
  where = $state("");
  /** The first and the last day, as 2024-05-01. */
  from = $state("");
  to = $state("");
  order = $state<NonNullable<ListQuery["order"]>>("number");

  constructor(state: State | "" = "") {
    this.state = state;
  }

  /** As the server is asked. */
  get query(): SurveyQuery {
    const { state, text, camera, album, where, from, to, order } = this;
    return {
      order,
      ...(state && { state }),
      ...(text && { text }),
      ...(camera && { camera }),
      ...(album && { folder: String(album.folder), album: album.album }),
      ...(where.trim() && { where: where.trim() }),
      ...(from && { from: String(Date.parse(from)) }),
      ...(to && { to: String(Date.parse(to) + dayMs) }),
    };
  }

  /** Does it leave out anything besides other states? */
  get isNarrow(): boolean {
    const { text, camera, album, where, from, to } = this;
    return Boolean(text || camera || album || where.trim() || from || to);
  }

  /** All pictures of its state. */
  clear(): void {
    this.text = "";
    this.camera = "";
    this.album = undefined;
    this.where = "";
    this.from = "";
    this.to = "";
  }
}
