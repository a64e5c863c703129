/** What holds of a server that asks for a token, whosever it is. */
import { expect } from "vitest";
import { raw, type TestServer } from "./server.js";

/** Asks it with the token, with none, and with others. */
export async function asksForToken(own: TestServer, token: string, folder: string): Promise<void> {
  const asked = (headers: Record<string, string> = {}, path = "/api/health") => raw(own, path, { headers });
  const [bearer, query] = [{ authorization: `Bearer ${token}` }, `?token=${encodeURIComponent(token)}`];
  expect((await asked()).status).toBe(401);
  expect((await asked({}, "/")).status).toBe(401);
  expect((await asked({}, "/api/library")).status).toBe(401);
  for (const other of [token.slice(0, -1), `${token}x`, token.toUpperCase(), "", "undefined", "null", "0".repeat(64)])
    expect((await asked({ authorization: `Bearer ${other}` })).status, other).toBe(401);
  expect((await asked({ cookie: "geodrift-token=guess" })).status).toBe(401);
  expect((await asked({}, `/api/health${query}`)).status).toBe(401);
  expect((await asked({}, "/?enter=guess")).status).toBe(401);
  expect((await asked(bearer)).status).toBe(200);
  const entered = await asked({}, `/${query}`);
  expect([entered.status, entered.headers.location]).toEqual([302, "/"]);
  expect((await asked({}, `//host/${query}`)).headers.location).toBe("/host/");
  const [cookie] = entered.headers["set-cookie"] as string[];
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect((await asked({ cookie: cookie.split(";")[0] })).status).toBe(200);
  expect((await asked({ ...bearer, host: "evil.example" })).status).toBe(421);
  expect((await asked({ ...bearer, origin: "https://evil.example" })).status).toBe(403);
  // Folders are not added from elsewhere.
  const add = await raw(own, "/api/library/folders", {
    method: "POST",
    headers: { ...bearer, "content-type": "application/json" },
    body: JSON.stringify({ path: folder }),
  });
  expect(add.status).toBe(403);
  expect(JSON.stringify(own.log())).not.toContain(token);
}
