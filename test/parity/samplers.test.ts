import { type PathName, sigmoidSchedule, solve, solverFor, toLatLng, vectorAt, velocityModel } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { flat, gap, json, present, tensors } from "./reference.js";

const methods: Record<string, [PathName, string]> = {
  ddim: ["diffusion", "ddim"],
  flow: ["flow", "euler"],
  riemannian: ["riemannian-flow", "euler"],
};

describe.skipIf(!present)("samplers against the official code", () => {
  it("48 cases: method, start, steps, guidance; and the trajectories", async () => {
    const s = json("samplers.json");
    const model = velocityModel(json("net_small.config.json"), tensors("net_small.safetensors"), { runtime: ort });
    const embeddings = Float32Array.from(flat(s.emb));
    for (const c of s.cases) {
      const [path, solver] = methods[c.sampler] ?? [];
      expect(path, c.sampler).toBeDefined();
      const field = model.field(embeddings, 1, c.cfg);
      const x = Float64Array.from(flat(c.x_N === "sphere" ? s.x_N_sphere : s.x_N_gauss));
      const states = [];
      for await (const state of solve(field, x, {
        solver: solverFor(path, solver),
        schedule: sigmoidSchedule(),
        steps: c.num_steps,
      }))
        states.push(state.x);
      const end = states[states.length - 1];
      const label = `${c.sampler} ${c.x_N} ${c.num_steps} w=${c.cfg}`;
      expect(gap(end, flat(c.x0_f32_official)), label).toBeLessThan(1e-5);
      if (path === "riemannian-flow") {
        const places = c.gps_deg_f32_official.map((_: unknown, i: number) => toLatLng(vectorAt(end, i)));
        expect(
          gap(
            places.flatMap((p: { lat: number; lng: number }) => [p.lat, p.lng]),
            flat(c.gps_deg_f32_official),
          ),
          label,
        ).toBeLessThan(2e-3);
      }
    }
    await model.dispose();
  });
});
