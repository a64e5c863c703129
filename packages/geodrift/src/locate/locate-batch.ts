/** A few decoded pictures through a model at once. */
import { distanceKm } from "@geodrift/core";
import type { Domain } from "../encode/encoder.js";
import { domainsOf } from "../models/familiarity.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { ReadPicture } from "../pictures/read-picture.js";
import { gazetteer } from "../places/bundled-towns.js";
import { type Inferred, infer } from "./infer.js";
import { joined, type Knowledge, withKnown } from "./known.js";
import type { LocateOptions } from "./options.js";
import { withRegions } from "./regions.js";
import { anywhereBits, failedAnswer, type Located, type LocateFailure, summarize } from "./result.js";
import { type Neighbour, neighboursKnowledge } from "./time-neighbours.js";

/** A picture's name with its pixels, or with what was thrown when it was read. */
export type Read = { file: string; picture: ReadPicture } | { file: string; failure: unknown };

/**
 * Locates a few pictures in one run of the network.
 * @param items squares of the size that the model's encoder takes
 * @param neighboursOf pictures taken about the same time, whose places are known, nearest in time first
 * @returns one answer for each picture, in order; one that cannot be located has its sentence
 */
export async function* locateBatch(
  items: readonly Read[],
  model: LoadedModel,
  options: LocateOptions,
  neighboursOf?: (file: string) => Neighbour[],
): AsyncGenerator<Located | LocateFailure> {
  const good = items.flatMap((item) => ("picture" in item ? [item] : []));
  const besides = good.map(({ file }) => {
    const neighbours = neighboursOf?.(file);
    const known: Knowledge[] = [
      ...(options.known ?? []),
      ...(neighbours?.length ? [neighboursKnowledge(neighbours)] : []),
    ];
    return { known, neighbours };
  });
  const started = performance.now();
  let inferred: (Inferred & { domain?: Domain })[] = [];
  let failed: { failure: unknown } | undefined;
  try {
    if (good.length > 0) {
      const assessed = await model.encoder.assess(good.map((g) => g.picture));
      const { embeddings } = assessed;
      const domains = assessed.domains ?? (model.familiarity && domainsOf(model.familiarity, embeddings));
      const priors = besides.map(({ known }) => joined(known));
      const all = await infer(model.locator, embeddings, options, priors);
      inferred = all.map((one, i) => ({ ...one, ...(domains && { domain: domains[i] }) }));
    }
  } catch (e) {
    failed = { failure: e };
  }
  const share = (performance.now() - started) / Math.max(1, good.length);
  for (const item of items) {
    if ("failure" in item) yield failedAnswer(item.file, item.failure);
    else if (failed) yield failedAnswer(item.file, failed.failure);
    else {
      const at = good.indexOf(item);
      yield answer(item, inferred[at], share, model, options, besides[at]);
    }
  }
}

/** What a method that names one point says of how sure it is: nothing. */
const ofPoint = {
  pointOnly: true,
  localizabilityBits: anywhereBits,
  regions: [],
  ruledOut: { mass: 0.01, areaKm2: 0 },
};

function answer(
  { file, picture }: { file: string; picture: ReadPicture },
  { distribution: plain, domain, ...drawn }: Inferred & { domain?: Domain },
  sharedMs: number,
  model: LoadedModel,
  options: LocateOptions,
  { known, neighbours }: { known: readonly Knowledge[]; neighbours: Neighbour[] | undefined },
): Located | LocateFailure {
  const then = performance.now();
  const { seed, guidance, abstain } = options;
  try {
    const {
      distribution: answered,
      contributions,
      own,
    } = known.length > 0 ? withKnown(plain, known) : { distribution: plain, contributions: undefined, own: undefined };
    // Masses were found of pictures alone, without guidance.
    const distribution = own || guidance !== 0 ? answered : withRegions(answered, model.description);
    const samples = (contributions && distribution.representatives?.(options.samples)) || drawn.samples;
    const whole = summarize(distribution, samples, gazetteer());
    const summary = model.locator.pointwise ? { ...whole, ...ofPoint } : whole;
    const elapsedMs = Math.round(sharedMs + performance.now() - then);
    const abstained = abstain === undefined ? {} : { abstained: summary.localizabilityBits < abstain };
    const named = { name: model.description.name, sha256: model.sha256 };
    const { place } = picture.metadata;
    const recorded = place && { ...place, distanceKm: distanceKm(place, summary.best) };
    return {
      ...drawn,
      samples,
      distribution,
      ...(picture.metadata.camera && { camera: picture.metadata.camera }),
      result: {
        image: file,
        sha256: picture.sha256,
        model: named,
        seed,
        ...solvingOf(model.description, options, guidance),
        guidance,
        ...summary,
        elapsedMs,
        ...abstained,
        ...(domain && { domain }),
        ...(recorded && { recorded }),
        ...(picture.metadata.notes && { notes: picture.metadata.notes }),
        ...(neighbours && { neighbours }),
        ...(own && { own }),
        ...(contributions && { contributions }),
      },
    };
  } catch (e) {
    return failedAnswer(file, e);
  }
}
