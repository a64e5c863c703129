/** The game. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage } from "./browser.js";
import { look, servedPage } from "./served.js";

describe.skipIf(!hasBrowser)("the game", () => {
  const served = servedPage();

  it("plays five pictures, by keyboard alone: those of a link, and those of the day, whose first try is kept", async () => {
    const { page, complaints } = await openPage(served.flat, `${served.url}#play=7`);
    const asked = async (where: Page) => {
      await where.locator("img.puzzle").waitFor();
      return where.evaluate(() =>
        performance.getEntriesByType("resource").flatMap((e) => /play\/\d+\.\w+$/.exec(e.name) ?? []),
      );
    };
    const first = await asked(page);
    expect(first).toHaveLength(1);
    expect(new URL(page.url()).hash).toBe("#play=7");
    const other = await openPage(served.flat, `${served.url}#play=7`);
    expect(await asked(other.page)).toEqual(first);
    await other.page.close();
    await page.getByRole("button", { name: "Today’s five" }).press("Enter");
    await page.getByText(/^Picture 1 of 5 of today/).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#play=20\d{6}$/);
    for (let i = 1; i <= 5; i++) {
      await page.getByText(`Picture ${i} of 5`).waitFor();
      await page.keyboard.press("m");
      const guess = page.getByRole("button", { name: "That is my guess" });
      await guess.waitFor();
      await guess.press("Enter");
      await page.getByText(/^You: .* points\. The model: .* points\.$/).waitFor();
      if (i === 1) await look(page, "play");
      if (i < 5) await page.getByRole("button", { name: "Next picture" }).press("Enter");
    }
    const rows = await page.locator("tbody tr").allInnerTexts();
    expect(rows).toHaveLength(6);
    const scores = rows.map((r) =>
      r
        .split("\t")
        .slice(1)
        .map((n) => Number(n.replace(",", ""))),
    );
    const mean = (k: number) => Math.round(scores.slice(0, 5).reduce((sum, s) => sum + s[k], 0) / 5);
    expect(scores[5]).toEqual([mean(0), mean(1)]);
    // The model knows these places; the middle of a map that nobody has turned does not.
    expect(scores[5][1]).toBeGreaterThan(scores[5][0]);
    expect(await page.locator("caption").innerText()).toBe("The model wins.");
    const kept = await page.getByText(/^Today’s, at your first try: [\d,]+ points of 5,000\.$/).innerText();
    await page.reload();
    await page.getByText(/^Picture 1 of 5 of today/).waitFor();
    expect(await page.getByText(/^Today’s, at your first try/).innerText()).toBe(kept);
    // On a phone picture and globe are seen together.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator("img.puzzle").waitFor();
    const [globe, picture] = [
      await page.locator(".globe").boundingBox(),
      await page.locator("img.puzzle").boundingBox(),
    ];
    expect([globe?.y, picture && picture.y + picture.height].every((y) => y != null && y < 844)).toBe(true);
    await look(page, "play-phone");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("plays no picture with the model's answer to the one before", async () => {
    const { page } = await openPage(served.browser, `${served.url}#play`);
    await page.getByText("Picture 1 of 5").waitFor();
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "That is my guess" }).press("Enter");
    // The second picture is long in coming.
    let come = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      come = resolve;
    });
    await page.route(/\/play\/\d+\.\w+$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Next picture" }).press("Enter");
    await page.getByText("Picture 2 of 5").waitFor();
    await page.keyboard.press("m");
    expect(await page.getByRole("button", { name: "The model is still looking …" }).isDisabled()).toBe(true);
    expect(await page.locator("img.puzzle").count()).toBe(0);
    come();
    await page.getByRole("button", { name: "That is my guess" }).press("Enter");
    await page.getByText(/^You: .* points\. The model: .* points\.$/).waitFor();
    await page.close();
  });

  it("says so when a view cannot be fetched, and offers the page anew", async () => {
    const { page } = await openPage(served.flat, served.url);
    await page.route(/assets\/Play-/, (route) => route.abort());
    await page.getByRole("link", { name: "Play" }).click();
    await page.getByText("This view cannot be fetched").waitFor();
    await page.unroute(/assets\/Play-/);
    await page.getByRole("button", { name: "Load the page again" }).click();
    await page.getByText("Picture 1 of 5").waitFor();
    await page.close();
  });
});
