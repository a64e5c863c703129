/** Downloads from a server that does everything a server should not. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pull, pulledOf } from "geodrift/models";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { end, type Hub, send, startHub } from "./hub.js";
import { geodrift } from "./program.js";

const cache = mkdtempSync(join(tmpdir(), "geodrift-cache-"));
const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i * 7) % 251));
const target = join(cache, "models/clip-vit-b32/model.safetensors");
const quick = { stallMs: 300, backoffMs: 5 };
let hub: Hub;

beforeAll(async () => {
  hub = await startHub({
    "openai/clip-vit-base-patch32": { "model.safetensors": content, "vocab.json": Buffer.from("{}") },
    "facebook/dinov2-giant": {
      "model.safetensors.index.json": Buffer.from('{"weight_map":{"a":"model-00001-of-00002.safetensors"}}'),
      "model-00001-of-00002.safetensors": content.subarray(0, 1000),
      "model-00002-of-00002.safetensors": content.subarray(1000, 3000),
      "../../outside.safetensors": content,
    },
    "facebook/dinov2-small": { "pytorch_model.bin": content },
  });
  process.env.GEODRIFT_CACHE = cache;
  process.env.HF_ENDPOINT = hub.url;
});
afterAll(async () => {
  delete process.env.GEODRIFT_CACHE;
  delete process.env.HF_ENDPOINT;
  await hub.close();
  rmSync(cache, { recursive: true });
});
beforeEach(() => {
  hub.mischief = undefined;
  hub.lies = {};
  hub.log.length = 0;
});
afterEach(() => rmSync(join(cache, "models"), { recursive: true, force: true }));

const name = "clip-vit-b32";
const whole = () => readFileSync(target).equals(content);
/** Once, or so many times, and then as it should be. */
const times = (n: number, act: NonNullable<Hub["mischief"]>): Hub["mischief"] => {
  let left = n;
  return (request, response, file) => file.length === content.length && left-- > 0 && act(request, response, file);
};

describe("models pull", () => {
  it("fetches what is listed, verified, and once", async () => {
    let bytes = 0;
    await pull(name, {
      ...quick,
      token: "secret",
      onBytes: (n) => {
        bytes += n;
      },
    });
    expect(whole()).toBe(true);
    expect(bytes).toBe(content.length + 2);
    expect(hub.log.every(({ token }) => token === "Bearer secret")).toBe(true);
    expect(pulledOf(name)?.commit).toMatch(/^0123/);
    const asked = hub.log.length;
    await pull(name, quick);
    expect(hub.log.length).toBe(asked);
  });

  it("by two processes at once fetches once: the second waits for the first, and both have it", async () => {
    // So slow that both are there at the same time.
    hub.mischief = times(1, (_, response, file) => {
      response.writeHead(200, { "content-length": String(file.length) });
      response.write(file.subarray(0, 1000));
      setTimeout(() => response.end(file.subarray(1000)), 2000);
      return true;
    });
    const env = { GEODRIFT_CACHE: cache, HF_ENDPOINT: hub.url, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };
    const both = await Promise.all([0, 1].map(() => geodrift(["models", "pull", name], undefined, env)));
    for (const { code, stderr } of both) expect(code, stderr).toBe(0);
    expect(
      both.filter(({ stderr }) => stderr.includes(`${name}: another process is fetching it; waiting`)).length,
    ).toBe(1);
    expect(whole()).toBe(true);
    expect(hub.log.filter(({ path }) => path.endsWith("model.safetensors")).length).toBe(1);
    expect(existsSync(`${join(cache, "models", name)}.lock`)).toBe(false);
  });

  it("goes on where a connection was cut off, as often as it must", async () => {
    hub.mischief = times(7, (request, response, file) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0);
      response.writeHead(request.headers.range ? 206 : 200, {
        "content-length": String(file.length - from),
        ...(request.headers.range && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
      });
      // What is still on its way when a connection is reset is lost.
      response.write(file.subarray(from, from + 20_000), () => setTimeout(() => response.destroy(), 30));
      return true;
    });
    await pull(name, quick);
    expect(whole()).toBe(true);
    expect(hub.log.filter(({ range }) => range).length).toBeGreaterThanOrEqual(6);
  });

  it("gives a server up that stalls, and goes on", async () => {
    hub.mischief = times(2, (_, response, file) => {
      response.writeHead(200, { "content-length": String(file.length) });
      response.write(file.subarray(0, 5000));
      return true;
    });
    await pull(name, quick);
    expect(whole()).toBe(true);
    hub.mischief = () => true;
    rmSync(join(cache, "models"), { recursive: true });
    await expect(pull(name, { ...quick, attempts: 2 })).rejects.toThrow(/sends nothing for 0.3 s \(2 attempts\)/);
  });

  it("begins anew where a server knows no ranges, or what lies there is something else", async () => {
    breakOff(50_000);
    await expect(pull(name, { ...quick, attempts: 1 })).rejects.toThrow(/cannot be reached/);
    expect(existsSync(`${target}.partial`)).toBe(true);
    hub.mischief = (_, response, file) => {
      send(response, file, undefined);
      return true;
    };
    await pull(name, quick);
    expect(whole()).toBe(true);

    rmSync(join(cache, "models"), { recursive: true });
    hub.mischief = undefined;
    await pull(name, quick);
    rmSync(join(cache, "models", name, "pulled.json"));
    rmSync(target);
    writeFileSync(`${target}.partial`, "the beginning of something else");
    await pull(name, quick);
    expect(whole()).toBe(true);
  });

  /** Makes the hub send only the first bytes. */
  const breakOff = (bytes: number) => {
    hub.mischief = (_, response, file) => {
      if (file.length !== content.length) return false;
      response.writeHead(200, { "content-length": String(file.length) });
      response.write(file.subarray(0, bytes), () => setTimeout(() => response.destroy(), 30));
      return true;
    };
  };

  it("waits where it is told to, and asks again after errors of the server", async () => {
    let asked = 0;
    hub.mischief = (_, response) => {
      asked++;
      if (asked === 1) end(response, 429, { "retry-after": "1" });
      else if (asked < 4) end(response, 500 + asked);
      return asked < 4;
    };
    const then = performance.now();
    await pull(name, quick);
    expect(performance.now() - then).toBeGreaterThan(990);
    expect(whole()).toBe(true);
  });

  it.each([
    [401, /access is refused \(401\); a token in HF_TOKEN may be needed/],
    [403, /access is refused \(403\)/],
    [404, /does not exist \(404\)/],
    [418, /the server answers 418$/],
    [500, /the server answers 500 \(3 attempts\)/],
    [429, /the server answers 429 \(3 attempts\)/],
  ])("says what a status of %i means", async (status, message) => {
    hub.mischief = (_, response) => {
      end(response, status);
      return true;
    };
    await expect(pull(name, { ...quick, attempts: 3 })).rejects.toThrow(message);
    expect(hub.log.length).toBe(status === 500 || status === 429 ? 4 : 2);
    expect(pulledOf(name)).toBeUndefined();
  });

  it("keeps nothing whose checksum is wrong", async () => {
    hub.lies = { checksum: "0".repeat(64) };
    await expect(pull(name, quick)).rejects.toThrow(
      /the checksum is [0-9a-f]+, where 0000.* is expected; nothing was kept/,
    );
    expect(existsSync(target) || existsSync(`${target}.partial`)).toBe(false);
    expect(pulledOf(name)).toBeUndefined();
  });

  it("believes no lies about sizes", async () => {
    hub.lies = { size: 10 };
    await expect(pull(name, quick)).rejects.toThrow(/has 200000 bytes, where 200010 are expected/);
    hub.lies = {};
    hub.mischief = (_, response, file) => {
      // Chunked, without a length, and without an end in sight.
      response.write(file);
      response.end(file);
      return true;
    };
    await expect(pull(name, quick)).rejects.toThrow(/sends more than the 200000 bytes/);
    hub.mischief = (_, response, file) => {
      response.writeHead(206, { "content-range": `bytes 7-${file.length - 1}/${file.length}` });
      response.end(file.subarray(7));
      return true;
    };
    rmSync(`${target}.partial`, { force: true });
    await expect(pull(name, quick)).rejects.toThrow(/are asked for, the server sends bytes 7-/);
  });

  it("fetches models in several files, and no file whose name leads elsewhere", async () => {
    await pull("dinov2-vitg14", quick);
    const folder = join(cache, "models/dinov2-vitg14");
    expect(readFileSync(join(folder, "model-00002-of-00002.safetensors")).length).toBe(2000);
    expect(existsSync(join(cache, "outside.safetensors"))).toBe(false);
    await expect(pull("dinov2-vits14", quick)).rejects.toThrow("facebook/dinov2-small: holds no model.safetensors");
  });

  it("does not fetch again what has come before it was stopped", async () => {
    hub.mischief = (_, response, file) => {
      if (file.length > 10) return false;
      end(response, 404);
      return true;
    };
    await expect(pull(name, quick)).rejects.toThrow(/vocab.json: does not exist/);
    expect(pulledOf(name)).toBeUndefined();
    hub.mischief = undefined;
    hub.log.length = 0;
    await pull(name, quick);
    expect(hub.log.map(({ path }) => path.split("/").at(-1))).toEqual(["main", "vocab.json"]);
    expect(whole()).toBe(true);
  });

  it("follows where it is sent, and keeps the token from whoever that is", async () => {
    const tokens: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      send(response, content, request.headers.range);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const { port } = elsewhere.address() as AddressInfo;
    hub.mischief = (_, response, file) => {
      if (file.length !== content.length) return false;
      end(response, 302, { location: `http://127.0.0.1:${port}/signed` });
      return true;
    };
    await pull(name, { ...quick, token: "secret" });
    elsewhere.close();
    elsewhere.closeAllConnections();
    expect(whole()).toBe(true);
    expect(tokens).toEqual([undefined]);
  });

  it("says that a server cannot be reached", async () => {
    const gone = await startHub({});
    await gone.close();
    process.env.HF_ENDPOINT = gone.url;
    await expect(pull(name, { ...quick, attempts: 2 })).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\) \(2 attempts\)/,
    );
    process.env.HF_ENDPOINT = hub.url;
  });
});
