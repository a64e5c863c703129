import { compile, type Tensor } from "@geodrift/compile";
import {
  encodeTime,
  isLearned,
  lamb,
  mapTime,
  matchingLoss,
  modulated,
  modulations,
  normalizeTime,
  optimize,
  type Parameters,
  type PathName,
  paths,
  sigmoidSchedule,
  type Traced,
  type Vec3,
  velocity,
  zeros,
} from "@geodrift/core";
import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { doubles, flat, gap, json, nested, present, tensors } from "./reference.js";

type Arr = jax.Array;

describe.skipIf(!present)("the velocity network against the official code", () => {
  const config = present ? json("net_small.config.json") : {};
  const weights = present ? tensors("net_small.safetensors") : {};

  it("predicts the same in single precision", async () => {
    const f = json("net_forward.json");
    const run = compile<[Parameters, Tensor, Tensor, Tensor], Tensor>(
      (p: Traced, y: Arr, g: Arr, c: Arr) => velocity(config, p, y, g, c),
      { runtime: ort },
    );
    const out = await run(weights, nested(f.y, "float32"), nested(f.gamma, "float32"), nested(f.emb, "float32"));
    expect(gap(out.data as Float32Array, flat(f.out_f32_official))).toBeLessThan(2e-5);
  });

  it("has the same activations at every layer in double precision", async () => {
    const f = json("net_forward.json");
    const run = compile<[Parameters, Tensor, Tensor, Tensor], Record<string, Tensor>>(
      (p: Traced, y: Arr, g: Arr, c: Arr) => {
        const seen: Record<string, Arr> = {
          time_encode: encodeTime(p, g.ref),
          time_normed: normalizeTime(encodeTime(p, g.ref)),
          time_mapped: mapTime(p, g.ref),
        };
        const m = modulations(config, p, g, c);
        seen.cond = m.condition.ref;
        seen.out = modulated(p, y, m, (name, value) => {
          seen[name] = value;
        });
        return seen;
      },
      { runtime: ort },
    );
    const seen = await run(
      doubles(weights),
      nested(f.y, "float64"),
      nested(f.gamma, "float64"),
      nested(f.emb, "float64"),
    );
    for (const [name, want] of Object.entries({ ...f.acts_f64, out: f.out_f64_official })) {
      expect(gap(seen[name].data as Float64Array, flat(want)), name).toBeLessThan(1e-9);
    }
  });

  const methods: [string, PathName, string][] = [
    ["ddpm", "diffusion", "noise_gauss"],
    ["fm", "flow", "noise_gauss"],
    ["rfm", "riemannian-flow", "noise_sphere"],
  ];
  it.each(methods)(
    "has the same %s loss, noisy points and gradients of every parameter",
    async (key, name, noiseKey) => {
      const f = json("losses.json");
      const want = f.losses[key];
      const schedule = sigmoidSchedule();
      const gammas = f.t.map((t: number) => schedule.gamma(t));
      expect(gap(gammas, flat(want.gamma))).toBeLessThan(1e-9);
      const rows = f.x_0.map((x0: Vec3, i: number) => paths[name].at(x0, f[noiseKey][i], gammas[i]));
      // On the sphere the reference's own inputs are of unit length to single precision only.
      const tolerance = name === "riemannian-flow" ? 5e-7 : 1e-9;
      expect(gap(flat(rows.map((r: { point: Vec3 }) => r.point)), flat(want.y))).toBeLessThan(tolerance);
      const emb = f.emb.map((row: number[], i: number) => (f.keep_cond[i] ? row : row.map(() => 0)));
      const p = doubles(weights);
      const run = compile<[Parameters, ...Tensor[]], [Tensor, Parameters]>(
        (q: Traced, y: Arr, g: Arr, c: Arr, t: Arr) =>
          jax.valueAndGrad((r: Traced) => matchingLoss(config, r, y.ref, g.ref, c.ref, t.ref))(q) as never,
        { runtime: ort },
      );
      const [loss, grads] = await run(
        p,
        nested(
          rows.map((r: { point: Vec3 }) => [...r.point]),
          "float64",
        ),
        nested(gammas, "float64"),
        nested(emb, "float64"),
        nested(
          rows.map((r: { target: Vec3 }) => [...r.target]),
          "float64",
        ),
      );
      expect(Math.abs(Number(loss.data[0]) - want.f64_official)).toBeLessThan(tolerance);
      const reference = tensors("loss_grads_f64.safetensors");
      for (const param of Object.keys(p).filter(isLearned))
        expect(
          gap(grads[param].data as Float64Array, reference[`${key}.${param}`].data as Float64Array),
          param,
        ).toBeLessThan(tolerance);
    },
  );

  it("makes the same three LAMB steps", async () => {
    const f = json("losses.json");
    const { lamb: options } = json("optim.json");
    const schedule = sigmoidSchedule();
    const gammas: number[] = f.t.map((t: number) => schedule.gamma(t));
    const rows = f.x_0.map((x0: Vec3, i: number) => paths["riemannian-flow"].at(x0, f.noise_sphere[i], gammas[i]));
    const emb = f.emb.map((row: number[], i: number) => (f.keep_cond[i] ? row : row.map(() => 0)));
    const gradient = compile<[Parameters, Parameters, ...Tensor[]], [Tensor, Parameters]>(
      (buffers: Traced, q: Traced, y: Arr, g: Arr, e: Arr, t: Arr) =>
        jax.valueAndGrad((r: Traced) => matchingLoss(config, { ...buffers, ...r }, y, g, e, t))(q) as never,
      { runtime: ort },
    );
    const all = doubles(weights);
    const [learned, buffers] = [true, false].map((l) =>
      Object.fromEntries(Object.entries(all).filter(([k]) => isLearned(k) === l)),
    );
    const zero = () => doubles(Object.fromEntries(Object.entries(learned).map(([k, t]) => [k, zeros(t.dims)])));
    const state = { params: learned, moments: { first: zero(), second: zero() } };
    const reference = tensors("lamb_steps_f64.safetensors");
    const list = (key: "point" | "target") =>
      nested(
        rows.map((r: Record<string, Vec3>) => [...r[key]]),
        "float64",
      );
    for (let i = 1; i <= 3; i++) {
      const inputs = [list("point"), nested(gammas, "float64"), nested(emb, "float64"), list("target")];
      const [loss, gradients] = await gradient(buffers, state.params, ...inputs);
      expect(Math.abs(Number(loss.data[0]) - options.losses[i - 1])).toBeLessThan(5e-7);
      optimize(lamb, state, gradients, options.lr, i, {
        betas: options.betas,
        eps: options.eps,
        weightDecay: options.weight_decay,
      });
      for (const [name, t] of Object.entries(state.params)) {
        const want = reference[`step${i}.${name}`];
        if (want)
          expect(gap(t.data as Float64Array, want.data as Float64Array), `step ${i} ${name}`).toBeLessThan(5e-7);
      }
    }
  });
});
