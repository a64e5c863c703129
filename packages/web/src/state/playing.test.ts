import fc from "fast-check";
import { beforeAll, expect, it, vi } from "vitest";

beforeAll(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => {} }));
});

const all = Array.from({ length: 30 }, (_, i) => ({ name: `${i}`, picture: `${i}.webp`, lat: i, lng: i }));

it("gives the same pictures for the same number, in the same order, none twice", async () => {
  const { puzzlesOf, rounds } = await import("./playing.svelte.js");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (game) => {
      const own = puzzlesOf(all, game);
      expect(own).toEqual(puzzlesOf(all, game));
      expect(new Set(own.map((p) => p.name)).size).toBe(rounds);
    }),
  );
  const many = new Set(Array.from({ length: 50 }, (_, game) => puzzlesOf(all, game).map((p) => p.name)).flat());
  expect(many.size).toBe(all.length);
  expect(puzzlesOf(all.slice(0, 3), 1)).toHaveLength(3);
});

it("reads a game's number from an address, and a day's from the day", async () => {
  const { gameIn, gameOf } = await import("./playing.svelte.js");
  expect(gameOf(new Date(2026, 10, 30))).toBe(20261130);
  expect(gameIn("#play=20261130")).toBe(20261130);
  for (const odd of ["#play", "#play=", "#play=-1", "#play=1e3", "#play=99999999999", "#play=4294967296", "#answer=1"])
    expect(gameIn(odd)).toBeUndefined();
});
