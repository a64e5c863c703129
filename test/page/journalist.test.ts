/** Checking an answer: candidates pinned and ruled out, the sun, what the file says, evidence with all of it. */
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { photograph } from "../end-to-end/photographs.js";
import { drop, hasBrowser, openPage, violations } from "./browser.js";
import { answered, look, servedPage } from "./served.js";

describe.skipIf(!hasBrowser)("an answer that is checked", () => {
  const served = servedPage(undefined, { globe: false });

  it("is looked into, narrowed by hand and by a shadow, and goes into evidence", async () => {
    const { page, complaints } = await openPage(served.browser, served.url);
    const picture = await photograph({ lat: 48, lng: 8, time: "2024:06:21 12:00:00", seed: 1 });
    await drop(page, "hill.jpg", picture, "image/jpeg");
    await answered(page).waitFor();
    // What the file says, as far as it says anything.
    await page.getByText("What the file says").click();
    await page.locator(".file-says").getByText("2024:06:21 12:00:00").first().waitFor();
    await page.getByText("What the file says").click();
    const candidates = page.locator(".modes > li");
    await candidates.first().getByRole("button", { name: /^Pin/ }).click();
    await page.locator(".pinned").getByText("as likely as the best guess").waitFor();
    // The sun over the candidates at noon.
    await page.getByText("The sun", { exact: true }).click();
    await page.getByLabel("Taken at (UTC)").fill("2024-06-21T11:30");
    const sun = page.locator(".sun tbody tr").first();
    expect(await sun.innerText()).toMatch(/6\d\.\d° high in the S \(1\d\d°\)\s+N \(\d+°\), 0\.4\d times as long/);
    await look(page, "sun");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("A shadow on level ground is").fill("0.46");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText(/^the sun 6\d\.\d to 6\d\.\d° high at 2024-06-21 11:30 UTC: [\d.]+ bits with it/).waitFor();
    await page.getByRole("button", { name: "Leave it out again" }).click();
    await answered(page).waitFor();
    expect(await page.locator(".contributions").count()).toBe(0);
    // The first candidate is none, for a reason: it is asked again without it.
    const first = (await candidates.first().locator(".plain").innerText()).split(",")[0];
    await candidates
      .first()
      .getByRole("button", { name: /^Rule out/ })
      .click();
    await page.getByLabel(/^Why is it not /).fill("There is no such church there.");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Rule it out" }).click();
    await page.getByText(/^not within \d+ km of .*: [\d.]+ bits with it/).waitFor();
    await page.locator(".ruled-out").getByText("There is no such church there.").waitFor();
    await look(page, "ruled-out");
    expect(await page.locator(".contributions li").count()).toBe(1);
    await page.getByLabel("with the picture", { exact: true }).check();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save evidence (zip)" }).click();
    const bundle = unzipSync(readFileSync(await (await saved).path()));
    const text = strFromU8(bundle["evidence.txt"]);
    expect(text).toMatch(/RULED OUT BY HAND[\s\S]*km around: There is no such church there\./);
    expect(text).toContain(`${first},`);
    expect(text).toMatch(/--prior not:within:\d+:[\d.,]+ /);
    expect(strFromU8(bundle["evidence.html"])).toContain("data:image/webp;base64,");
    await page
      .locator(".ruled-out")
      .getByRole("button", { name: /^Take back/ })
      .click();
    await page.locator(".ruled-out").waitFor({ state: "detached" });
    await answered(page).waitFor();
    expect(await page.locator(".contributions").count()).toBe(0);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
