import { likelihoodModel, riemannianFlow, sigmoidSchedule, toVec3 } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { doubles, flat, gap, json, present, tensors } from "./reference.js";

describe.skipIf(!present)("likelihoods against the official code and against its correction", () => {
  it("6 points, guidance 0 and 2", async () => {
    const reference = json("likelihood.json");
    const model = likelihoodModel(
      {
        config: json("net_small.config.json"),
        params: doubles(tensors("net_small.safetensors")),
        path: riemannianFlow,
        schedule: sigmoidSchedule(),
      },
      { runtime: ort, session: { intraOpNumThreads: 1 } },
    );
    const points = reference.coords_deg.flatMap(([lat, lng]: [number, number]) => toVec3({ lat, lng }));
    // One embedding for each point.
    const embeddings = Float32Array.from(flat(reference.emb));
    for (const c of reference.cases) {
      const run = async (mode: "exact" | "official") =>
        (await model.logProb(embeddings, points, { guidance: c.cfg, mode, tolerance: 1e-6 })).logProbNats;
      const official = await run("official");
      expect(gap(official, c.f64_official_tol1e9_nats)).toBeLessThan(3e-4);
      expect(
        gap(
          official.map((v) => v / (3 * Math.LN2)),
          c.f32_official_bits_per_dim,
        ),
      ).toBeLessThan(2e-3);
      expect(gap(await run("exact"), c.riemannian_correct_f64_nats)).toBeLessThan(3e-4);
    }
    await model.dispose();
  });
});
