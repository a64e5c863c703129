"""The published weights' layout with random numbers in it, at full size, behind a hub on this machine: for who has no network.
The official classes and `transformers` make the files, so the layout is theirs; every parameter is random, those too that begin as
zeros or ones, or a bias that is left out would not be noticed."""
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import torch

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def randomise(module, seed):
    """Matrices as they are initialised, or a little of normal ones by their fan-in where they begin as nothing; vectors a little off. A
    flow that is not much steeper than a trained one: the official likelihood takes a thousand evaluations of one that is."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim < 2:
                parameter += 0.05 * noise
            elif not parameter.any():
                parameter += 0.3 * noise / parameter[0].numel() ** 0.5
    return module


def make(folder, plonk):
    """Writes the repositories that a model needs; those that are there stay."""
    from plonk.models.pretrained_models import Plonk
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        Dinov2WithRegistersConfig,
        Dinov2WithRegistersModel,
    )

    torch.manual_seed(0)
    street = "OSV_5M" in plonk

    def network():
        return Plonk(input_dim=3, dim=512, depth=12, expansion=4, cond_dim=1024)

    def dino():
        config = Dinov2WithRegistersConfig(
            hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, image_size=518, patch_size=14
        )
        return Dinov2WithRegistersModel(config)

    def street_clip():
        vision = dict(
            hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, image_size=336, patch_size=14
        )
        text = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
        return CLIPModel(CLIPConfig(vision_config=vision, text_config=text, projection_dim=768))

    encoder = ("geolocal/StreetCLIP", street_clip) if street else ("facebook/dinov2-with-registers-large", dino)
    for seed, (repository, build) in enumerate([(plonk, network), encoder]):
        target = Path(folder) / repository
        if (target / "model.safetensors").exists():
            continue
        randomise(build(), seed).save_pretrained(target)
        if street and seed == 1:
            CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}).save_pretrained(target)


def serve(folder):
    """Starts a hub over a folder of repositories, in a thread; returns its address."""
    root = Path(folder)
    hashes = {}

    def sha256(path):
        if path not in hashes:
            with open(path, "rb") as file:
                hashes[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return hashes[path]

    def git_blob(path):
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def listing(repository):
        siblings = []
        for path in sorted((root / repository).iterdir()):
            size = path.stat().st_size
            large = path.suffix == ".safetensors"
            entry = {"rfilename": path.name, "size": size, "blobId": "0" * 40 if large else git_blob(path)}
            siblings.append({**entry, "lfs": {"sha256": sha256(path), "size": size, "pointerSize": 130}} if large else entry)
        return {"id": repository, "sha": COMMIT, "siblings": siblings}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, headers, body=b""):
            self.send_response(status)
            for name, value in {**headers, "content-length": headers.get("content-length", len(body))}.items():
                self.send_header(name, str(value))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self):
            parts = self.path.split("?")[0].strip("/").split("/")
            if parts[:2] == ["api", "models"] and (root / "/".join(parts[2:4])).is_dir():
                body = json.dumps(listing("/".join(parts[2:4]))).encode()
                return self.answer(200, {"content-type": "application/json"}, body)
            path = root / "/".join(parts[:2]) / "/".join(parts[4:])
            if parts[2:3] != ["resolve"] or not path.is_file():
                return self.answer(404, {"x-error-code": "EntryNotFound"})
            size = path.stat().st_size
            start, end = self.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")
            first, last = int(start), min(int(end or size - 1), size - 1)
            large = path.suffix == ".safetensors"
            headers = {
                "etag": f'"{sha256(path) if large else git_blob(path)}"',
                "x-repo-commit": COMMIT,
                "accept-ranges": "bytes",
                "content-length": last - first + 1,
            }
            ranged = "range" in self.headers
            self.answer(206 if ranged else 200, {**headers, **({"content-range": f"bytes {first}-{last}/{size}"} if ranged else {})})
            if self.command == "HEAD":
                return
            with open(path, "rb") as file:
                file.seek(first)
                left = last - first + 1
                while left > 0 and (block := file.read(min(left, 1 << 20))):
                    self.wfile.write(block)
                    left -= len(block)

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
