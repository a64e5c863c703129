"""The work of `run.js` in JAX, compiled by XLA for the processor and not: the same network and steps as in `plonk_torch.py`,
as somebody who writes JAX would: modulations once for what shares them, derivatives in forward mode. Prints what it is, then
reads one JSON command per line and prints one JSON answer per line."""
import json
import math
import os
import sys
import time

import jax
import jax.numpy as jnp

key = jax.random.key(0)


def plonk(dim=512, depth=12):
    return dict(dim=dim, depth=depth, expansion=4, cond_dim=1024)


def init(dim, depth, expansion, cond_dim):
    keys = iter(jax.random.split(key, 8 + 3 * depth))

    def dense(out, into):
        bound = 1 / math.sqrt(into)
        return dict(w=jax.random.uniform(next(keys), (into, out), minval=-bound, maxval=bound), b=jnp.zeros(out))

    return dict(
        time=[dense(dim, dim // 4), dense(dim, dim)],
        cond=dense(dim, cond_dim),
        first=dense(dim, 3),
        blocks=[
            dict(a=dense(expansion * dim, dim), b=dense(dim, expansion * dim), ada=dense(3 * dim, dim))
            for _ in range(depth)
        ],
        ada=dense(2 * dim, dim),
        last=dense(3, dim),
    )


def linear(p, x):
    return x @ p["w"] + p["b"]


def norm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def velocity(p, y, gamma, emb):
    """y [n, 3], gamma [n] or [1], emb [n, 1024] or [1, 1024]."""
    half = p["first"]["w"].shape[1] // 8
    freqs = (1 / 10000) ** (jnp.arange(half) / half)
    phase = 1000 * gamma[:, None] * freqs
    pe = jnp.concatenate([jnp.cos(phase), jnp.sin(phase)], -1)
    pe = (pe - pe.mean(-1, keepdims=True)) / pe.std(-1, ddof=1, keepdims=True)
    c = linear(p["cond"], emb) + linear(p["time"][1], jax.nn.silu(linear(p["time"][0], pe)))
    active = jax.nn.silu(c)
    x = linear(p["first"], y)
    for block in p["blocks"]:
        gain, shift, gate = jnp.split(linear(block["ada"], active), 3, -1)
        inner = jax.nn.gelu(linear(block["a"], (1 + gain) * norm(x) + shift), approximate=False)
        x = x + gate * linear(block["b"], inner)
    gain, shift = jnp.split(linear(p["ada"], active), 2, -1)
    return linear(p["last"], (1 + gain) * norm(x) + shift)


def unit(k, n):
    x = jax.random.normal(k, (n, 3))
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def loss(p, k, n):
    a, b, c, d = jax.random.split(k, 4)
    x0, noise = unit(a, n), unit(b, n)
    emb = jnp.where(jax.random.uniform(c, (n, 1)) < 0.1, 0, jnp.full((n, 1024), 0.1))
    gamma = jnp.clip(jax.random.uniform(d, (n,)), 1e-9, 1)
    dot = (noise * x0).sum(-1, keepdims=True)
    angle = jnp.arccos(jnp.clip(dot, -1 + 1e-4, 1 - 1e-4))
    u = x0 - dot * noise
    u = u / jnp.linalg.norm(u, axis=-1, keepdims=True)
    g = gamma[:, None]
    y = jnp.cos(g * angle) * noise + jnp.sin(g * angle) * u
    target = angle * (-jnp.sin(g * angle) * noise + jnp.cos(g * angle) * u)
    return ((velocity(p, y, gamma, emb) - target) ** 2).sum(-1).mean() / 3


def train_step(state, k, n):
    """Forward, backward, LAMB on every tensor, and the average of weights."""
    p, first, second, average, t = state
    grads = jax.grad(loss)(p, k, n)
    t = t + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)

    def moved(p, m, v):
        r = (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8) + 0.05 * p
        trust = jnp.linalg.norm(p) / jnp.linalg.norm(r)
        return p - 8e-4 * jnp.where(jnp.isfinite(trust) & (trust > 0), trust, 1) * r

    p = jax.tree.map(moved, p, first, second)
    average = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b, average, p)
    return p, first, second, average, t


class TrainStep:
    def __init__(self, n, way, **sizes):
        p = init(**plonk(**sizes))
        zeros = jax.tree.map(jnp.zeros_like, p)
        copy = lambda tree: jax.tree.map(jnp.array, tree)
        self.state, self.k = (p, zeros, copy(zeros), copy(p), jnp.float32(0)), key
        step = lambda state, k: train_step(state, k, n)
        self.step = jax.jit(step, donate_argnums=0) if way == "compiled" else step

    def run(self):
        self.k, own = jax.random.split(self.k)
        self.state = jax.block_until_ready(self.step(self.state, own))


class GuidedStep:
    def __init__(self, n, way):
        self.p, self.x = init(**plonk()), unit(key, n)

        def step(p, x):
            half, c = jnp.full((1,), 0.5), jnp.full((1, 1024), 0.1)
            x = x + 0.004 * (3 * velocity(p, x, half, c) - 2 * velocity(p, x, half, 0 * c))
            return x / jnp.linalg.norm(x, axis=-1, keepdims=True)

        self.step = jax.jit(step) if way == "compiled" else step

    def run(self):
        self.x = jax.block_until_ready(self.step(self.p, self.x))


class JacobianStep:
    """The field and its derivatives along two tangents, at points of one image."""

    def __init__(self, n, way):
        self.p, self.x = init(**plonk()), unit(key, n)
        a, b = (unit(k, n) for k in jax.random.split(key))

        def step(p, x):
            half, c = jnp.full((1,), 0.5), jnp.full((1, 1024), 0.1)
            out, tangents = jax.vmap(lambda d: jax.jvp(lambda y: velocity(p, y, half, c), (x,), (d,)))(jnp.stack([a, b]))
            return out[0], tangents

        self.step = jax.jit(step) if way == "compiled" else step

    def run(self):
        jax.block_until_ready(self.step(self.p, self.x))


class Product:
    def __init__(self, n, way):
        self.a = jnp.full((n, n), 0.5)
        self.step = jax.jit(jnp.matmul) if way == "compiled" else jnp.matmul

    def run(self):
        jax.block_until_ready(self.step(self.a, self.a))


works = {"train-step": TrainStep, "guided-step": GuidedStep, "jacobian-step": JacobianStep, "product": Product}
threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
about = dict(version=jax.__version__, threads=threads, kernels=f"XLA, {jax.devices()[0].platform}", ways=["eager", "compiled"])
print(json.dumps(about), flush=True)

def subject(command):
    return {k: v for k, v in json.loads(command).items() if k != "way"}


ready = {}
for line in sys.stdin:
    command = json.loads(line)
    name = json.dumps(command)
    try:
        if name not in ready:
            # What was timed before takes memory; the other way of the same work comes by turns.
            ready = {k: v for k, v in ready.items() if subject(k) == subject(name)}
            sizes = {k: command[k] for k in ("dim", "depth") if k in command}
            ready[name] = works[command["work"]](command["size"], command.get("way"), **sizes)
            ready[name].run()
            ready[name].run()
        then = time.perf_counter()
        ready[name].run()
        print(json.dumps({"ms": 1000 * (time.perf_counter() - then)}), flush=True)
    except Exception as e:
        print(json.dumps({"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"}), flush=True)
