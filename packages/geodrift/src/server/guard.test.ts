import { hostname } from "node:os";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { Person } from "../library/people.js";
import { toRefusal } from "./failure.js";
import { type GuardOptions, guard, isLoopback, needs } from "./guard.js";
import type { ServerEnv } from "./router.js";

function served(options: GuardOptions) {
  const app = new Hono();
  app.use(guard(options));
  app.onError((e, c) => {
    const { status, body } = toRefusal(e, () => {}, c.req.path);
    return c.json(body, status);
  });
  app.all("*", (c) => c.text("answered"));
  return (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(path, { method, headers: { host: "localhost:8080", ...headers } });
}

describe("addresses that other machines cannot reach", () => {
  it.each(["localhost", "127.0.0.1", "127.8.9.1", "::1"])("%s is one", (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(["0.0.0.0", "::", "192.168.1.2", "127.example.com", "127.0.0.1.nip.io", "localhost.evil", ""])(
    "%j is none",
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe("the name that a server is asked under", () => {
  it.each([
    ["127.0.0.1", "localhost:8080", 200],
    ["127.0.0.1", "LOCALHOST", 200],
    ["127.0.0.1", "[::1]:8080", 200],
    ["127.0.0.1", "127.0.0.1", 200],
    ["127.0.0.1", "192.168.1.2", 421],
    ["127.0.0.1", "rebound.example", 421],
    ["127.0.0.1", "localhost.evil.example:8080", 421],
    ["127.0.0.1", "127.0.0.1.nip.io", 421],
    ["127.0.0.1", "", 421],
    ["0.0.0.0", "192.168.1.2:8080", 200],
    ["0.0.0.0", "[fe80::1]:8080", 200],
    ["0.0.0.0", `${hostname().toUpperCase()}:8080`, 200],
    ["0.0.0.0", "rebound.example", 421],
    ["maps.lan", "Maps.LAN:8080", 200],
    ["maps.lan", "other.lan:8080", 421],
  ])("on %s, %j: %i", async (host, name, status) => {
    const response = await served({ host })("/api/models", { host: name });
    expect(response.status).toBe(status);
    if (status === 421) expect(await response.json()).toMatchObject({ code: "host" });
  });
});

describe("pages of other sites", () => {
  it.each([
    ["/api/x", { origin: "http://localhost:8080" }, 200],
    ["/api/x", { origin: "https://localhost:8080" }, 200],
    ["/api/x", { origin: "http://localhost:9090" }, 403],
    ["/api/x", { origin: "https://evil.example" }, 403],
    ["/api/x", { origin: "null" }, 403],
    ["/api/x", { "sec-fetch-site": "same-origin" }, 200],
    ["/api/x", { "sec-fetch-site": "none" }, 200],
    ["/api/x", { "sec-fetch-site": "same-site" }, 403],
    ["/api/x", { "sec-fetch-site": "cross-site" }, 403],
    ["/api/x", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 403],
    ["/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 200],
    ["/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
    ["/", { origin: "https://evil.example", "sec-fetch-mode": "navigate" }, 403],
  ])("may follow a link to the page, and ask for nothing: %s %j is %i", async (path, headers, status) => {
    const given = Object.fromEntries(Object.entries(headers));
    expect((await served({ host: "127.0.0.1" })(path, given)).status).toBe(status);
  });
  it("may send no form to the page either", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await served({ host: "127.0.0.1" })("/", headers, "POST")).status).toBe(403);
  });
});

describe("the token", () => {
  const token = "open sesame ü";
  const ask = served({ host: "127.0.0.1", token });
  const encoded = encodeURIComponent(token);
  it.each([
    [{}, 401],
    [{ authorization: "Bearer wrong" }, 401],
    [{ authorization: "open" }, 401],
    [{ cookie: "geodrift-token=open" }, 401],
    [{ cookie: `geodrift-token=${encoded}` }, 200],
    [{ cookie: `other=1; geodrift-token=${encoded}` }, 200],
    [{ authorization: "Bearer wrong", cookie: `geodrift-token=${encoded}` }, 401],
  ])("is asked for: %j is %i", async (headers, status) => {
    const response = await ask("/api/x", Object.fromEntries(Object.entries(headers)));
    expect(response.status).toBe(status);
    if (status === 401) expect(await response.json()).toMatchObject({ code: "unauthorized" });
  });
  it("may have spaces as a bearer's, and is compared whole", async () => {
    const plain = served({ host: "127.0.0.1", token: "open sesame" });
    expect((await plain("/api/x", { authorization: "Bearer open sesame" })).status).toBe(200);
    // A header's bytes are handed over as Latin-1.
    const spoken = served({ host: "127.0.0.1", token: "Öffne dich, Sesam" });
    const bytes = Buffer.from("Öffne dich, Sesam").toString("latin1");
    expect((await spoken("/api/x", { authorization: `Bearer ${bytes}` })).status).toBe(200);
    for (const near of ["open sesam", "open sesame2", "Open sesame", ""])
      expect((await plain("/api/x", { authorization: `Bearer ${near}` })).status).toBe(401);
  });
  it("in an address becomes a cookie that scripts do not see, and leaves the address", async () => {
    const response = await ask(`/?token=${encoded}`);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/");
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    const [pair] = cookie.split(";");
    expect((await ask("/api/x", { cookie: pair })).status).toBe(200);
    expect((await ask("/?token=wrong")).status).toBe(401);
    expect((await ask(`/api/x?token=${encoded}`)).status).toBe(401);
  });
  it("is not needed a second time at the entrance, which opens once", async () => {
    const enter = served({ host: "127.0.0.1", token, entrance: "once" });
    expect((await enter("/?enter=twice")).status).toBe(401);
    expect((await enter("/api/x?enter=once")).status).toBe(401);
    const first = await enter("/?enter=once");
    expect(first.headers.get("set-cookie")).toContain("geodrift-token=");
    expect((await enter("/?enter=once")).status).toBe(401);
  });
});

describe("people", () => {
  const tokens: Record<string, Person> = {
    "anna's token": { name: "Anna", role: "owner" },
    "ben's töken": { name: "Ben", role: "reader" },
  };
  const people = (any = true) => ({
    any: async () => any,
    whose: async (token: Uint8Array) => tokens[Buffer.from(token).toString()],
  });
  function told(options: GuardOptions) {
    const app = new Hono<ServerEnv>();
    app.use(guard(options));
    app.onError((e, c) => {
      const { status, body } = toRefusal(e, () => {}, c.req.path);
      return c.json(body, status);
    });
    app.get("/api/owners", needs("owner"), (c) => c.text("done"));
    app.all("*", (c) => c.json(c.var.person));
    return (path: string, headers: Record<string, string> = {}) =>
      app.request(path, { headers: { host: "localhost", ...headers } });
  }

  it("are known by their tokens, in a header, a cookie, or once in the address of the page", async () => {
    const asked = told({ host: "127.0.0.1", people: people() });
    expect((await asked("/api/x")).status).toBe(401);
    expect((await asked("/")).status).toBe(401);
    for (const [token, person] of Object.entries(tokens)) {
      const bytes = Buffer.from(token).toString("latin1");
      expect(await (await asked("/api/x", { authorization: `Bearer ${bytes}` })).json()).toEqual(person);
      const entered = await asked(`/?token=${encodeURIComponent(token)}`);
      expect(entered.status).toBe(302);
      const [cookie] = entered.headers.getSetCookie()[0].split(";");
      expect(await (await asked("/api/x", { cookie })).json()).toEqual(person);
    }
    expect((await asked("/api/x", { authorization: "Bearer anna" })).status).toBe(401);
    // A cookie is not looked at beside a header that is wrong.
    const both = { authorization: "Bearer guess", cookie: "geodrift-token=anna's%20token" };
    expect((await asked("/api/x", both)).status).toBe(401);
  });

  it("may do what their roles may", async () => {
    const asked = told({ host: "127.0.0.1", people: people() });
    expect((await asked("/api/owners", { authorization: "Bearer anna's token" })).status).toBe(200);
    const refused = await asked("/api/owners", {
      authorization: `Bearer ${Buffer.from("ben's töken").toString("latin1")}`,
    });
    expect([refused.status, (await refused.json()).error]).toEqual([403, "this is for owners, and Ben is a reader"]);
  });

  it("are asked for as well where the server has a token of its own, whose owner has no name", async () => {
    const asked = told({ host: "127.0.0.1", token: "open sesame", people: people(false) });
    const own = await asked("/api/x", { authorization: "Bearer open sesame" });
    expect(await own.json()).toEqual({ name: null, role: "owner" });
    expect(await (await asked("/api/x", { authorization: "Bearer anna's token" })).json()).toMatchObject({
      name: "Anna",
    });
    expect((await asked("/api/x")).status).toBe(401);
  });

  it("let whoever started the server in by the entrance, once", async () => {
    const asked = told({ host: "127.0.0.1", entrance: "way in", people: people() });
    const entered = await asked("/?enter=way%20in");
    const [cookie] = entered.headers.getSetCookie()[0].split(";");
    expect(await (await asked("/api/x", { cookie })).json()).toEqual({ name: null, role: "owner" });
    expect((await asked("/?enter=way%20in")).status).toBe(401);
  });

  it("may come through a proxy, by its name", async () => {
    const asked = told({ host: "0.0.0.0", name: "Archive.example", people: people(false) });
    const origin = "https://archive.example";
    expect((await asked("/api/x", { host: "archive.example", origin })).status).toBe(200);
    expect((await asked("/api/x", { host: "other.example" })).status).toBe(421);
    expect((await asked("/api/x", { host: "archive.example", origin: "https://evil.example" })).status).toBe(403);
  });
});
