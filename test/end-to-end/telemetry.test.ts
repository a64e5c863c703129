/** ONNX Runtime's builds report to Microsoft unless they are told not to: with geodrift they do not, in the main thread nor in the server's. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { start } from "./program.js";
import { raw, startServer } from "./server.js";

const home = mkdtempSync(join(tmpdir(), "geodrift-home-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const picture = fileURLToPath(new URL("../../packages/geodrift/page/play/0.png", import.meta.url));
/** Of a person who has told nobody anything: build machines and tests report nothing either. */
const person = {
  HOME: home,
  XDG_CACHE_HOME: join(home, ".cache"),
  ...{ ORT_DISABLE_TELEMETRY: undefined, ORT_RUNNING_UNIT_TESTS: undefined },
  ...{ CI: undefined, GITHUB_ACTIONS: undefined, TF_BUILD: undefined },
};

const written = () => readdirSync(home, { recursive: true, encoding: "utf8" });

describe("a person's machine", () => {
  it("has nothing in it that would be reported after a command or a server has computed", async () => {
    const { code } = await start(["locate", picture], home, person).outcome;
    expect(code).toBe(0);
    const server = await startServer([], person);
    const answer = await raw(server, "/api/locate?samples=16&steps=2", {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: readFileSync(picture),
    });
    await server.stop();
    expect(answer.status).toBe(200);
    expect(written().filter((name) => /microsoft|onnxruntime|deviceid/i.test(name))).toEqual([]);
  });
});
