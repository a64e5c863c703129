/** Where a picture is on its way through the review, and what may follow what. */

/** In the order in which people are told of them. */
export const states = ["located", "queue", "accepted", "written", "rejected", "not-a-place", "unreadable"] as const;
/** Where a picture is on its way through the review. */
export type State = (typeof states)[number];

/** What a scan alone decides: everything else is a person's word, which a scan of the same picture leaves as it is. */
const undecided: readonly State[] = ["located", "queue", "unreadable"];

/** How precisely a place is said: coordinates, or names alone. */
export const levels = ["point", "city", "region", "country"] as const;
/** How precisely a place is said. */
export type Level = (typeof levels)[number];

/** Up to which radius of its 90 % an estimate is a point or a region, km; beyond, a country. */
const finest = { point: 100, region: 700 };

/** The finest level that an estimate supports, by the radius in km that holds 90 % of it. */
export const levelFor = (radiusKm: number): Level =>
  radiusKm <= finest.point ? "point" : radiusKm <= finest.region ? "region" : "country";

/** What happens to a picture. */
export type PictureEvent =
  /** A scan has read its file: `sameContent` if the bytes are those of the scan before. */
  | { kind: "scanned"; found: "located" | "queue" | "unreadable"; sameContent: boolean }
  /** A model could not decode what the scan took for a picture. */
  | { kind: "undecodable" }
  /** A person says that the place is right, that it is wrong, that the picture shows no place. */
  | { kind: "accept" }
  | { kind: "reject" }
  | { kind: "not-a-place" }
  /** The sidecar that says so stands beside the picture, or no longer does. */
  | { kind: "sidecar-written" }
  | { kind: "sidecar-taken-back" }
  /** The last word is taken back: `before` is the state that it was said in. */
  | { kind: "undo"; before: State; sidecarStands: boolean };

/**
 * The state that follows; undefined where the event cannot happen in this state.
 *
 * A person may change their mind as often as they like, so their words follow from every state; what the program does by
 * itself (scans, sidecars) never goes against them.
 */
export function nextState(state: State, event: PictureEvent): State | undefined {
  switch (event.kind) {
    case "scanned":
      return event.sameContent && !undecided.includes(state) ? state : event.found;
    case "undecodable":
      return state === "queue" ? "unreadable" : undefined;
    case "accept":
      return "accepted";
    case "reject":
      // Where the picture's own file says the place, there is no estimate to reject.
      return state === "located" ? undefined : "rejected";
    case "not-a-place":
      return "not-a-place";
    case "sidecar-written":
      return state === "accepted" || state === "written" ? "written" : undefined;
    case "sidecar-taken-back":
      return state === "written" ? "accepted" : undefined;
    case "undo":
      // What an earlier decision wrote may have been written over since: it is to be written again.
      return event.before === "written" && !event.sidecarStands ? "accepted" : event.before;
  }
}

/** Who says where a picture was taken: its file, a person by a pin, a person of a model's estimate, or an estimate alone. */
export const placeSources = ["file", "person", "accepted", "estimate"] as const;
/** Who says where a picture was taken. */
export type PlaceSource = (typeof placeSources)[number];
