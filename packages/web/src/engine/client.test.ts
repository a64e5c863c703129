import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LocalServer } from "../../../../test/page/local-server.js";
import { LostError } from "./engine.js";

const server = new LocalServer();
let client: typeof import("./client.js");

beforeAll(async () => {
  await server.start();
  vi.stubGlobal("document", { baseURI: `${server.url}under/index.html?x=1` });
  client = await import("./client.js");
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

const models = (init?: RequestInit) => client.answerOf(client.client.api.models.$get({}, { init }));

/** What asking ends in, if the server answers so. */
async function refusal(status: number, type: string, text: string): Promise<unknown> {
  server.answer = (_, response) => void response.writeHead(status, { "content-type": type }).end(text);
  return models().catch((e: unknown) => e);
}

describe("requests to the server", () => {
  it("go to where the page lies, and give its JSON", async () => {
    server.answer = () => [{ id: "earth" }];
    expect(await models()).toEqual([{ id: "earth" }]);
    expect(server.asked.at(-1)).toMatchObject({ method: "GET", path: "/under/api/models" });
  });

  it("that are refused throw the server's sentence", async () => {
    const e = await refusal(400, "application/json", '{"error":"samples: is a number.","code":"option"}');
    expect(e).toEqual(new Error("samples: is a number."));
    expect(e).not.toBeInstanceOf(LostError);
  });

  it("that fail without JSON throw what text there is", async () => {
    expect(await refusal(502, "text/html", "Bad gateway")).toEqual(new Error("Bad gateway"));
    expect(await refusal(500, "application/json", '{"error":')).toEqual(new Error('{"error":'));
  });

  it("that fail without a word throw the number", async () => {
    expect(await refusal(503, "text/plain", "")).toEqual(new Error("The server answers 503."));
    expect(await refusal(418, "application/json", "{}")).toEqual(new Error("The server answers 418."));
  });

  it("without an answer throw that the server is lost", async () => {
    server.answer = (_, response) => void response.destroy();
    const e = await models().catch((e: unknown) => e);
    expect(e).toBeInstanceOf(LostError);
    expect(String(e)).toContain("The server does not answer (");
  });

  it("that are withdrawn throw why, and not that the server is lost", async () => {
    const why = new Error("another picture");
    let open: ServerResponse | undefined;
    const withdrawn = new AbortController();
    server.answer = (_, response) => {
      open = response;
      withdrawn.abort(why);
    };
    expect(await models({ signal: withdrawn.signal }).catch((e: unknown) => e)).toBe(why);
    open?.destroy();
  });

  it("that are withdrawn before they are made are not made", async () => {
    const before = server.asked.length;
    const why = new Error("never mind");
    expect(await models({ signal: AbortSignal.abort(why) }).catch((e: unknown) => e)).toBe(why);
    expect(server.asked).toHaveLength(before);
  });
});
