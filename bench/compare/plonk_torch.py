"""The work of `run.js` in PyTorch, written from the papers' formulas as the released code goes about it: modulations for
every sample, guidance by a batch of twice the size, the Jacobian by three backward passes, Dormand-Prince with one step size
for all points. Prints what it is, then reads one JSON command per line and prints one JSON answer per line."""
import json
import math
import os
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(threads)


class Block(nn.Module):
    def __init__(self, dim, expansion):
        super().__init__()
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.mlp = nn.Sequential(
            nn.Linear(dim, expansion * dim), nn.GELU(), nn.Dropout(0.0), nn.Linear(expansion * dim, dim)
        )
        self.ada_map = nn.Sequential(nn.SiLU(), nn.Linear(dim, 3 * dim))

    def forward(self, x, c):
        gain, shift, gate = self.ada_map(c).chunk(3, -1)
        return x + gate * self.mlp((1 + gain) * self.norm(x) + shift)


class Velocity(nn.Module):
    """As released; with `near`, points are also seen from a place in the embedding, as the embedded model does."""

    def __init__(self, input_dim, dim, depth, expansion, cond_dim, near=None):
        super().__init__()
        self.near = near
        scales = len(near["reachKm"]) if near else 0
        half = dim // 8
        self.register_buffer("freqs", (1 / 10000) ** (torch.arange(half, dtype=torch.float32) / half))
        self.map_time = nn.Sequential(nn.Linear(dim // 4, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.cond_mapper = nn.Linear(cond_dim, dim)
        self.initial_mapper = nn.Linear(input_dim * (1 + scales), dim)
        self.blocks = nn.ModuleList([Block(dim, expansion) for _ in range(depth)])
        self.final_adaln = nn.Sequential(nn.SiLU(), nn.Linear(dim, 2 * dim))
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.final_linear = nn.Linear(dim, input_dim)

    def forward(self, y, gamma, emb):
        phase = 1000 * gamma[..., None] * self.freqs
        pe = torch.cat([phase.cos(), phase.sin()], -1)
        pe = (pe - pe.mean(-1, keepdim=True)) / pe.std(-1, keepdim=True)
        c = self.cond_mapper(emb) + self.map_time(pe)
        if self.near:
            offset = y - emb[:, self.near["column"] : self.near["column"] + 3]
            squared = offset.pow(2).sum(-1, keepdim=True)
            y = torch.cat([y] + [offset / (squared + (km / 6371) ** 2).sqrt() for km in self.near["reachKm"]], -1)
        x = self.initial_mapper(y)
        for block in self.blocks:
            x = block(x, c)
        gain, shift = self.final_adaln(c).chunk(2, -1)
        return self.final_linear((1 + gain) * self.norm(x) + shift)


def gamma_at(t, start=-7.0, end=3.0):
    s = lambda v: 1 / (1 + math.exp(-v))
    return min(1.0, max(1e-9, (s(end) - s(t * (end - start) + start)) / (s(end) - s(start))))


def gamma_dot(t, start=-7.0, end=3.0):
    s = lambda v: 1 / (1 + math.exp(-v))
    g = s(t * (end - start) + start)
    return -(end - start) * g * (1 - g) / (s(end) - s(start))


def plonk(dim=512, depth=12):
    return dict(input_dim=3, dim=dim, depth=depth, expansion=4, cond_dim=1024)


def unit(n):
    return F.normalize(torch.randn(n, 3), dim=-1)


class TrainStep:
    """Forward, backward, LAMB on every tensor, and the average of weights."""

    def __init__(self, batch, wrap, **sizes):
        self.net = Velocity(**plonk(**sizes))
        self.field = wrap(self.net)
        self.params = list(self.net.parameters())
        self.first = [torch.zeros_like(p) for p in self.params]
        self.second = [torch.zeros_like(p) for p in self.params]
        self.average = [p.detach().clone() for p in self.params]
        self.batch, self.t = batch, 0

    def run(self):
        n = self.batch
        x0, noise, emb = unit(n), unit(n), torch.full((n, 1024), 0.1)
        emb[torch.rand(n) < 0.1] = 0
        gamma = torch.rand(n).clamp(1e-9, 1)
        d = torch.acos((noise * x0).sum(-1, keepdim=True).clamp(-1 + 1e-4, 1 - 1e-4))
        u = F.normalize(x0 - (x0 * noise).sum(-1, keepdim=True) * noise, dim=-1)
        g = gamma[:, None]
        y = torch.cos(g * d) * noise + torch.sin(g * d) * u
        target = d * (-torch.sin(g * d) * noise + torch.cos(g * d) * u)
        for p in self.params:
            p.grad = None
        loss = ((self.field(y, gamma, emb) - target) ** 2).sum(-1).mean() / 3
        loss.backward()
        self.t += 1
        with torch.no_grad():
            for p, m, v, a in zip(self.params, self.first, self.second, self.average):
                m.lerp_(p.grad, 0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                r = (m / (1 - 0.9**self.t)) / ((v / (1 - 0.999**self.t)).sqrt() + 1e-8) + 0.05 * p
                trust = p.norm() / r.norm()
                p.add_(r, alpha=-8e-4 * float(trust if math.isfinite(float(trust)) and trust > 0 else 1))
                a.lerp_(p, 0.001)


class GuidedStep:
    """One of 250 guided steps for the samples of one image: a stacked batch, with the embedding repeated."""

    def __init__(self, samples, wrap):
        self.net = wrap(Velocity(**plonk()).eval())
        self.x, self.emb = unit(samples), torch.full((samples, 1024), 0.1)

    @torch.no_grad()
    def run(self):
        n = len(self.x)
        both = self.net(self.x.repeat(2, 1), torch.full((2 * n,), 0.5), torch.cat([self.emb, 0 * self.emb]))
        conditional, free = both.chunk(2)
        self.x = F.normalize(self.x + 0.004 * (3 * conditional - 2 * free), dim=-1)


def divergence(net, x, gamma, emb):
    """The field and the trace of its whole Jacobian, exactly."""
    x = x.detach().requires_grad_(True)
    out = net(x, torch.full((len(x),), gamma), emb)
    trace = 0
    for k in range(3):
        trace = trace + torch.autograd.grad(out[:, k].sum(), x, retain_graph=k < 2)[0][:, k]
    return out.detach(), trace.detach()


class JacobianStep:
    """One evaluation of the likelihood's field at some points."""

    def __init__(self, points, wrap):
        self.net = Velocity(**plonk()).eval()
        for p in self.net.parameters():
            p.requires_grad_(False)
        self.net = wrap(self.net)
        self.x, self.emb = unit(points), torch.full((points, 1024), 0.1)

    def run(self):
        divergence(self.net, self.x, 0.5, self.emb)


def load(path):
    with open(path, "rb") as f:
        (length,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(length))
        data = f.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, e in header.items():
        a, b = e["data_offsets"]
        kind = {"F16": torch.float16, "F32": torch.float32}[e["dtype"]]
        tensors[name] = torch.frombuffer(bytearray(data[a:b]), dtype=kind).float().reshape(e["shape"])
    return tensors


def official_likelihood(folder, embedding, points, tolerance):
    """The released code's log-likelihood: the ambient field, all points under one step size, single precision."""
    with open(folder + "/config.json") as f:
        net = Velocity(**json.load(f)).eval()
    own = {k.replace("time_embedder.encode_time.", "").replace("time_embedder.", ""): v for k, v in load(folder + "/model.safetensors").items()}
    net.load_state_dict(own)
    for p in net.parameters():
        p.requires_grad_(False)
    x0 = torch.tensor(points, dtype=torch.float32).reshape(-1, 3)
    emb = torch.tensor(embedding, dtype=torch.float32).repeat(len(x0), 1)
    count = 0

    def field(t, y):
        nonlocal count
        count += 1
        v, trace = divergence(net, y[:, :3], gamma_at(t), emb)
        return gamma_dot(t) * torch.cat([v, trace[:, None]], -1)

    a = [[], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
         [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
         [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
         [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]]
    c = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
    e = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]
    rms = lambda v: float(v.pow(2).mean().sqrt())
    t, y = 0.0, torch.cat([x0, torch.zeros(len(x0), 1)], -1)
    k0 = field(t, y)
    scale = tolerance * (1 + y.abs())
    d0, d1 = rms(y / scale), rms(k0 / scale)
    h = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    while t < 1:
        h = min(max(h, 1e-5), 1 - t)
        k = [k0]
        for s in range(1, 7):
            z = y + h * sum(w * q for w, q in zip(a[s], k) if w)
            k.append(field(t + c[s] * h, z))
        error = h * sum(w * q for w, q in zip(e, k) if w)
        ratio = rms(error / (tolerance * (1 + torch.maximum(y.abs(), z.abs()))))
        if ratio <= 1 or h <= 1e-5:
            t, y, k0 = t + h, z, k[6]
        h *= 10 if ratio == 0 else min(10, max(0.2, 0.9 * ratio**-0.2))
    return (y[:, 3] - math.log(4 * math.pi)).tolist(), count


class Product:
    """A square product of matrices."""

    def __init__(self, n, wrap):
        self.a = torch.full((n, n), 0.5)

    def run(self):
        self.a @ self.a


works = {"train-step": TrainStep, "guided-step": GuidedStep, "jacobian-step": JacobianStep, "product": Product}
ways = ["eager"] + (["compiled"] if hasattr(torch, "compile") else [])
about = dict(version=torch.__version__, threads=torch.get_num_threads(), ways=ways)
if hasattr(torch.backends, "cpu"):
    about["kernels"] = torch.backends.cpu.get_cpu_capability()
about["products"] = "MKL" if torch.backends.mkl.is_available() else "OpenBLAS or another"
print(json.dumps(about), flush=True)

def subject(command):
    return {k: v for k, v in json.loads(command).items() if k != "way"}


ready = {}
for line in sys.stdin:
    command = json.loads(line)
    if command["work"] == "likelihood":
        torch.manual_seed(0)
        values, count = official_likelihood(*[command[k] for k in ("folder", "embedding", "points", "tolerance")])
        print(json.dumps({"values": values, "evaluations": count}), flush=True)
        continue
    key = json.dumps(command)
    try:
        if key not in ready:
            # What was timed before takes memory; the other way of the same work comes by turns.
            ready = {k: v for k, v in ready.items() if subject(k) == subject(key)}
            torch.manual_seed(0)
            wrap = torch.compile if command.get("way") == "compiled" else lambda f: f
            sizes = {k: command[k] for k in ("dim", "depth") if k in command}
            ready[key] = works[command["work"]](command["size"], wrap, **sizes)
            ready[key].run()
            ready[key].run()
        then = time.perf_counter()
        ready[key].run()
        print(json.dumps({"ms": 1000 * (time.perf_counter() - then)}), flush=True)
    except Exception as e:  # a compiler that is not there, an operation that it does not know
        print(json.dumps({"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"}), flush=True)
