import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextState, type PictureEvent, type State, states } from "./states.js";

const anyState = fc.constantFrom(...states);
const scanned = (found: "located" | "queue" | "unreadable", sameContent: boolean): PictureEvent => ({
  kind: "scanned",
  found,
  sameContent,
});
const anyScan = fc
  .tuple(fc.constantFrom("located", "queue", "unreadable"), fc.boolean())
  .map(([f, s]) => scanned(f, s));
const anyUndo = fc
  .tuple(anyState, fc.boolean())
  .map(([before, sidecarStands]): PictureEvent => ({ kind: "undo", before, sidecarStands }));
const anyEvent = fc.oneof(
  anyScan,
  anyUndo,
  fc
    .constantFrom<PictureEvent["kind"]>(
      "undecodable",
      "accept",
      "reject",
      "not-a-place",
      "sidecar-written",
      "sidecar-taken-back",
    )
    .map((kind) => ({ kind }) as PictureEvent),
);
const decided: readonly State[] = ["accepted", "written", "rejected", "not-a-place"];

describe("the states of a picture", () => {
  // What follows by each event that has no details, from every state; "-" where it cannot happen.
  it.each<[PictureEvent["kind"], Record<State, State | "-">]>([
    [
      "accept",
      {
        located: "accepted",
        queue: "accepted",
        accepted: "accepted",
        written: "accepted",
        rejected: "accepted",
        "not-a-place": "accepted",
        unreadable: "accepted",
      },
    ],
    [
      "reject",
      {
        located: "-",
        queue: "rejected",
        accepted: "rejected",
        written: "rejected",
        rejected: "rejected",
        "not-a-place": "rejected",
        unreadable: "rejected",
      },
    ],
    [
      "not-a-place",
      {
        located: "not-a-place",
        queue: "not-a-place",
        accepted: "not-a-place",
        written: "not-a-place",
        rejected: "not-a-place",
        "not-a-place": "not-a-place",
        unreadable: "not-a-place",
      },
    ],
    [
      "undecodable",
      {
        located: "-",
        queue: "unreadable",
        accepted: "-",
        written: "-",
        rejected: "-",
        "not-a-place": "-",
        unreadable: "-",
      },
    ],
    [
      "sidecar-written",
      {
        located: "-",
        queue: "-",
        accepted: "written",
        written: "written",
        rejected: "-",
        "not-a-place": "-",
        unreadable: "-",
      },
    ],
    [
      "sidecar-taken-back",
      {
        located: "-",
        queue: "-",
        accepted: "-",
        written: "accepted",
        rejected: "-",
        "not-a-place": "-",
        unreadable: "-",
      },
    ],
  ])("follow by %s", (kind, table) => {
    for (const state of states) expect(nextState(state, { kind } as PictureEvent) ?? "-", state).toBe(table[state]);
  });

  it("that a person has decided are left alone by a scan of the same bytes, and by no other scan", () => {
    fc.assert(
      fc.property(fc.constantFrom(...decided), fc.constantFrom("located", "queue", "unreadable"), (state, found) => {
        expect(nextState(state, scanned(found, true))).toBe(state);
        expect(nextState(state, scanned(found, false))).toBe(found);
      }),
    );
  });

  it("that nobody has decided are what the last scan found", () => {
    fc.assert(
      fc.property(fc.constantFrom<State>("located", "queue", "unreadable"), anyScan, (state, event) => {
        expect(nextState(state, event)).toBe(event.kind === "scanned" && event.found);
      }),
    );
  });

  it("are what they were before a word that is taken back; a sidecar that no longer stands is to be written again", () => {
    fc.assert(
      fc.property(anyState, anyState, fc.boolean(), (state, before, sidecarStands) => {
        const after = nextState(state, { kind: "undo", before, sidecarStands });
        expect(after).toBe(before === "written" && !sidecarStands ? "accepted" : before);
      }),
    );
  });

  it("never become written but by a sidecar that was written, or one that still stands", () => {
    fc.assert(
      fc.property(anyState, anyEvent, (state, event) => {
        if (nextState(state, event) !== "written" || state === "written") return;
        expect(event.kind === "sidecar-written" || (event.kind === "undo" && event.sidecarStands)).toBe(true);
      }),
    );
  });

  it("are known ones, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(anyState, fc.array(anyEvent, { maxLength: 30 }), (first, events) => {
        const last = events.reduce<State>((state, event) => nextState(state, event) ?? state, first);
        expect(states).toContain(last);
      }),
    );
  });
});
