/** Does an evidence bundle hold? The same is asked again of the same picture, and the answers are compared. */
import { distanceKm } from "@geodrift/core";
import type { LocateResult } from "../locate/result.js";
import { formatKm } from "../places/format.js";
import type { ReadBundle } from "./read-bundle.js";

/** By how much two machines may differ that round in different ways, and do not differ in what they say. */
const allowed = { km: 1, bits: 0.05, probability: 0.01 };

/** What has become of an answer that was asked for again. */
export interface Verdict {
  holds: boolean;
  /** To the last digit? */
  same: boolean;
  /** Between the two best guesses. */
  distanceKm: number;
  /** Difference of localizability. */
  bits: number;
  /** The largest difference of the odds of a country. */
  probability: number;
}

/** Compares an answer with that of a bundle. */
export function compareAnswers(stored: ReadBundle["result"], again: LocateResult): Verdict {
  const odds = (of: Pick<LocateResult, "countries">) => new Map(of.countries.map((c) => [c.code, c.probability]));
  const [a, b] = [odds(stored), odds(again)];
  const codes = [...new Set([...a.keys(), ...b.keys()])];
  const { image: _, elapsedMs: __, ...now } = again;
  const { image: ___, ...then } = stored;
  const verdict = {
    same: JSON.stringify(then) === JSON.stringify(now),
    distanceKm: distanceKm(stored.best, again.best),
    bits: Math.abs(stored.localizabilityBits - again.localizabilityBits),
    probability: Math.max(0, ...codes.map((code) => Math.abs((a.get(code) ?? 0) - (b.get(code) ?? 0)))),
  };
  const holds =
    verdict.distanceKm <= allowed.km && verdict.bits <= allowed.bits && verdict.probability <= allowed.probability;
  return { holds, ...verdict };
}

/** The same in one sentence. */
export function verdictText({ holds, same, distanceKm: km, bits, probability }: Verdict): string {
  if (same) return "holds: the same picture and model give the same answer to the last digit";
  const apart = `the best guesses are ${formatKm(km)} apart, ${bits.toFixed(3)} bits, and ${(100 * probability).toFixed(2)} % of a country's odds`;
  return holds
    ? `holds: the same picture and model give the same answer as far as machines agree (${apart})`
    : `does not hold: ${apart}`;
}
