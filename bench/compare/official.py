"""The official pipeline and geodrift on the same photographs, weights and noise: how far apart are embeddings, samples, log p and
localizability, and what does one photograph cost in time and memory? Prints a table; see official.md.

    python bench/compare/official.py PHOTOGRAPH... [--model plonk-yfcc] [--random-weights FOLDER] [--out FOLDER]
"""
import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent.parent / "packages/geodrift/bin/geodrift.js"
NAMES = {"yfcc": "YFCC", "osv5m": "OSV_5M", "inat": "iNaturalist"}
# What holds a library of linear algebra or of threads back, or chooses its kernels: the same rule as in peers.js.
HOLDS_BACK = ("OPENBLAS_", "GOTO_", "OMP_", "KMP_", "GOMP_", "MKL_", "DNNL_", "ONEDNN_", "BLIS_", "ATEN_", "TORCH_")


def repository(model):
    """Where the official pipeline finds what we call plonk-yfcc, plonk-osv5m-flow and so on."""
    _, dataset, *kind = model.split("-")
    return f"nicolas-dufour/PLONK_{NAMES[dataset]}" + (f"_{kind[0]}" if kind else "")


def open_pipeline(model):
    """The official pipeline; where the network does not reach torch.hub, with DINOv2 as `transformers` has it."""
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    from plonk.pipe import PlonkPipeline

    dino = "torch.hub"
    if os.environ.get("OFFICIAL_DINO") == "transformers":
        from transformers import Dinov2WithRegistersModel

        network = Dinov2WithRegistersModel.from_pretrained("facebook/dinov2-with-registers-large")

        class Hub(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.network = network

            def forward(self, x):
                return self.network(x).last_hidden_state[:, 0]

        torch.hub.load = lambda *_: Hub()
        dino = "transformers"
    return PlonkPipeline(repository(model)), dino


def pictures(paths):
    """As the pipeline's users open them; the pipeline turns no picture by its EXIF orientation, so it is done here."""
    from PIL import Image, ImageOps

    return [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in paths]


def locate(args):
    """What one command of the official pipeline would be: starts, reads, draws samples of every photograph."""
    pipeline, _ = open_pipeline(args.model)
    for picture in pictures(args.photographs):
        print(pipeline(picture, batch_size=args.samples).mean(0))


def reference(args, out):
    """Everything that is compared, by the official code, into two files."""
    import numpy as np
    import torch
    from safetensors.numpy import save_file

    pipeline, dino = open_pipeline(args.model)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(args.samples, 3, generator=generator)
    riemannian = args.model.count("-") == 1
    if riemannian:
        # The pipeline begins off the sphere, which its first step mends; geodrift begins on it.
        noise = noise / noise.norm(dim=1, keepdim=True)
    embeddings, samples, logs, guided = [], [], [], []
    for picture in pictures(args.photographs):
        emb = pipeline.cond_preprocessing({"img": [picture]})["emb"]
        embeddings.append(emb[0].numpy())
        samples.append(pipeline(picture, x_N=noise.clone()))
        guided.append(pipeline(picture, x_N=noise.clone(), cfg=2))
        if riemannian and len(logs) < args.likelihood_photographs:
            places = samples[-1][: args.likelihoods]
            logs.append(pipeline.compute_likelihood(emb=emb, coordinates=places, normalize_logp=False).detach().numpy())
    arrays = {"noise": noise.numpy(), "embeddings": np.stack(embeddings), "samples": np.stack(samples), "guided": np.stack(guided)}
    if logs:
        arrays["logs"] = np.stack(logs)
    save_file({name: np.ascontiguousarray(a, dtype=np.float32) for name, a in arrays.items()}, out / "official.safetensors")
    about = {
        "model": args.model,
        "photographs": [str(Path(p).resolve()) for p in args.photographs],
        "dino": dino,
        "versions": {p: importlib.metadata.version(p) for p in ("diff-plonk", "torch", "transformers")},
    }
    (out / "official.json").write_text(json.dumps(about))


def cost(command, env):
    """Seconds and greatest resident memory, MiB, of a command and all that it starts and waits for."""
    then = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{errors.decode()}")
    return time.perf_counter() - then, usage.ru_maxrss / 1024


def costs(args, env):
    """Cold: a process for one photograph. Warm: what each one more takes in the same process."""
    paths = [str(Path(p).resolve()) for p in args.photographs]
    ours = ["node", str(PROGRAM), "locate", "--json", "--model", args.model]
    encoder = "streetclip" if "osv5m" in args.model else "dinov2-vitl14-reg"
    theirs = [sys.executable, __file__, "--locate", "--model", args.model, "--samples", "256"]
    rows = []
    for name, command in [
        ("official pipeline, 256 samples", theirs),
        ("geodrift locate", ours),
        ("geodrift locate, encoder in int8", [*ours, "--encoder", f"{encoder}:int8"]),
    ]:
        cost([*command, paths[0]], env)  # What a machine keeps of the files is there for all.
        cold, memory = cost([*command, paths[0]], env)
        together, _ = cost([*command, *paths], env)
        warm = (together - cold) / (len(paths) - 1) if len(paths) > 1 else float("nan")
        rows.append((name, cold, warm, memory))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("photographs", nargs="+")
    parser.add_argument("--model", default="plonk-yfcc")
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--likelihoods", type=int, default=4, help="samples of a photograph whose log p is compared")
    parser.add_argument("--likelihood-photographs", type=int, default=2, help="of how many: the official one takes minutes on a processor")
    parser.add_argument("--random-weights", metavar="FOLDER", help="makes random weights there, and uses them: no network is needed")
    parser.add_argument("--out", help="keeps what the official code said")
    parser.add_argument("--locate", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--reference", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.locate:
        return locate(args)
    out = Path(args.out or tempfile.mkdtemp())
    out.mkdir(parents=True, exist_ok=True)
    if args.reference:
        return reference(args, out)
    env = {name: value for name, value in os.environ.items() if not name.startswith(HOLDS_BACK)}
    if args.random_weights:
        import random_hub

        random_hub.make(args.random_weights, repository(args.model))
        cache = Path(args.random_weights) / "cache"
        env |= {
            "HF_ENDPOINT": random_hub.serve(args.random_weights),
            "HF_HOME": str(cache / "huggingface"),
            "GEODRIFT_CACHE": str(cache / "geodrift"),
            "OFFICIAL_DINO": "transformers",
            "HF_HUB_DISABLE_XET": "1",
        }
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            env.pop(name, None)
    subprocess.run(["node", str(PROGRAM), "models", "pull", args.model, "--accept-licence"], env=env, check=True)
    subprocess.run([sys.executable, __file__, *sys.argv[1:], "--reference", "--out", str(out)], env=env, check=True)
    subprocess.run(["node", str(HERE / "official.js"), str(out)], env=env, check=True)
    print("\n| one photograph | cold, s | each one more, s | memory, MiB |\n|---|---|---|---|")
    for name, cold, warm, memory in costs(args, env):
        print(f"| {name} | {cold:.1f} | {warm:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
