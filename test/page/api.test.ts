/** The page of the interface, on which every request can be tried. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage, violations } from "./browser.js";
import { look, root, servedPage, withArchive } from "./served.js";

describe.skipIf(!hasBrowser)("the page of the interface", () => {
  const served = servedPage(withArchive, { globe: false });

  it("says what is sent where, and sends it", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}api`);
    expect(await violations(page)).toEqual([]);
    const section = (name: string) =>
      page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });
    // Examples are of this very server.
    expect(await section("POST /api/library/folders").locator("pre").first().innerText()).toBe(
      `curl -H 'content-type: application/json' -d '{"path":""}' ${served.url}api/library/folders`,
    );
    const health = section("GET /api/health");
    await health.getByText("Try it").click();
    await health.getByRole("button", { name: "Send" }).click();
    await health.getByText(/^200 OK, [\d.]+ s, \d+ bytes of application\/json/).waitFor();
    expect(JSON.parse(await health.locator(".answer pre").innerText())).toMatchObject({ library: true });
    const locate = section("POST /api/locate");
    await locate.getByText("Try it").click();
    await locate.getByLabel("Body").setInputFiles(join(root, "packages/geodrift/page/play/0.png"));
    await locate.getByLabel("samples").fill("16");
    await locate.getByRole("button", { name: "Send" }).click();
    await locate.getByText(/^200 OK/).waitFor();
    expect(JSON.parse(await locate.locator(".answer pre").innerText())).toMatchObject({ place: { country: "Egypt" } });
    const thumbnail = section("GET /api/library/pictures/{id}/thumbnail");
    await thumbnail.getByText("Try it").click();
    await thumbnail.getByLabel("id").fill("1");
    await thumbnail.getByRole("button", { name: "Send" }).click();
    await thumbnail.getByAltText("What has come").waitFor();
    const decisions = section("POST /api/library/decisions");
    await decisions.getByText("Try it").click();
    await decisions.getByLabel("Body").fill('{"pictures": [999], "verdict": {"kind": "reject"}}');
    await decisions.getByRole("button", { name: "Send" }).click();
    await decisions.getByText(/^404 /).waitFor();
    await look(page, "api");
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
