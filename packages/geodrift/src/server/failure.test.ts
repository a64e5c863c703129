import { type ErrorCode, errorCodes, GeodriftError } from "@geodrift/core";
import { HTTPException } from "hono/http-exception";
import { beforeEach, describe, expect, it } from "vitest";
import { BusyError } from "../engine/errors.js";
import { logMistake, refused, toRefusal } from "./failure.js";
import { jsonLog, type LogLine } from "./log.js";

let lines: LogLine[] = [];
beforeEach(() => {
  lines = [];
});
const log = jsonLog((line) => lines.push(JSON.parse(line)));

const statuses: Record<ErrorCode, number> = {
  option: 400,
  "not-found": 404,
  file: 400,
  picture: 400,
  data: 400,
  refused: 400,
  conflict: 409,
  busy: 429,
  model: 500,
  training: 500,
  network: 502,
  stopped: 503,
  disk: 507,
};

describe("what a client hears of an error", () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])("that is %s has its status, its sentence and its code", (code) => {
    const { status, body, headers } = toRefusal(new GeodriftError(code, "one sentence"), log, "/api/x");
    expect({ status, body, headers }).toEqual({
      status: statuses[code],
      body: { error: "one sentence", code },
      headers: undefined,
    });
    // Only what the client cannot mend is for whoever runs the server.
    const logged = statuses[code] >= 500 ? [{ event: "failure", path: "/api/x", code, message: "one sentence" }] : [];
    expect(lines).toMatchObject(logged);
    expect(lines).toHaveLength(logged.length);
  });

  it("that the queue is full says when to come back", () => {
    expect(toRefusal(new BusyError(7), log, "/")).toEqual({
      status: 429,
      body: { error: "the server is busy; try again in 7 s", code: "busy" },
      headers: { "retry-after": "7" },
    });
  });

  it.each([
    [refused(403, "not yours"), 403, { error: "not yours", code: "forbidden" }],
    [refused(404, "nothing here"), 404, { error: "nothing here", code: "not-found" }],
    [refused(413, "too long"), 413, { error: "too long", code: "too-large" }],
    [new HTTPException(401, { message: "who?" }), 401, { error: "who?", code: "unauthorized" }],
    [new HTTPException(400, { message: "Malformed JSON" }), 400, { error: "Malformed JSON", code: "option" }],
    [new HTTPException(415), 415, { error: expect.stringContaining("application/json"), code: "media-type" }],
  ])("of HTTP's own has the status it was thrown with: %s", (e, status, body) => {
    expect(toRefusal(e, log, "/")).toEqual({ status, body });
    expect(lines).toEqual([]);
  });

  it("that is a mistake of the program is an ID, under which the log has the stack and what caused it", () => {
    const secret = new TypeError("secret of C:/Users/me", { cause: new RangeError("deeper") });
    const { status, body } = toRefusal(secret, log, "/api/locate");
    expect(status).toBe(500);
    expect(body.code).toBe("internal");
    expect(body.error).not.toContain("secret");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ event: "mistake", path: "/api/locate", message: "secret of C:/Users/me" });
    expect("id" in body && body.id).toBe(lines[0].id);
    expect(lines[0].id).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines[0].stack).toMatch(/^TypeError: secret[\s\S]*failure\.test\.ts[\s\S]*\ncaused by RangeError: deeper/);
    const again = toRefusal(secret, log, "/api/locate").body;
    expect("id" in again && again.id).not.toBe(lines[0].id);
  });

  it("that is no error at all is a mistake too", () => {
    expect(toRefusal("thrown text", log, "/").status).toBe(500);
    const id = logMistake(undefined, log, { job: "index" });
    expect(lines[0]).toMatchObject({ event: "mistake", message: "thrown text", stack: "" });
    expect(lines[1]).toMatchObject({ id, job: "index", message: "undefined" });
  });
});
