import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { endpoint, listRepository } from "./repository.js";

let server: Server;
let answer: unknown;
const asked: (string | undefined)[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}//`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

describe("the files of a repository", () => {
  it("have addresses at one commit, sizes and checksums; names that are no paths are left out", async () => {
    answer = {
      sha: "c0ffee",
      siblings: [
        { rfilename: "model.safetensors", size: 5, blobId: "b", lfs: { sha256: "s", size: 7 } },
        { rfilename: "sub folder/a#1.json", size: 3, blobId: "b2" },
        { rfilename: "../../etc/passwd", size: 3, blobId: "b3" },
        { rfilename: "/absolute", size: 3, blobId: "b4" },
        { rfilename: "a//b", size: 3, blobId: "b5" },
        { rfilename: "unknown-size", blobId: "b6", size: null },
      ],
    };
    const { commit, files } = await listRepository("owner/name", "a/b", {});
    expect(asked.at(-1)).toBe("/api/models/owner/name/revision/a%2Fb?blobs=true");
    expect(commit).toBe("c0ffee");
    expect([...files]).toEqual([
      [
        "model.safetensors",
        {
          url: `${endpoint()}/owner/name/resolve/c0ffee/model.safetensors`,
          size: 7,
          checksum: { kind: "sha256", value: "s" },
        },
      ],
      [
        "sub folder/a#1.json",
        {
          url: `${endpoint()}/owner/name/resolve/c0ffee/sub%20folder/a%231.json`,
          size: 3,
          checksum: { kind: "git", value: "b2" },
        },
      ],
    ]);
    expect(endpoint().endsWith("/")).toBe(false);
  });
  it("are listed in a form that is known", async () => {
    answer = { sha: 7, siblings: [] };
    await expect(listRepository("owner/name", "main", {})).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining('"sha": expected string'),
    });
  });
});
