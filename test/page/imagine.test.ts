/** Pictures of places, landmarks and words. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage } from "./browser.js";
import { look, servedPage } from "./served.js";

describe.skipIf(!hasBrowser)("pictures of places, landmarks and words", () => {
  const served = servedPage();

  it("makes pictures of a place on a click, the same from the same seed, and keeps those before", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#imagine`);
    await page.getByLabel("Pictures", { exact: true }).fill("2");
    await page.waitForTimeout(1500);
    await page.locator(".globe canvas").click({ position: { x: 400, y: 300 } });
    await page.getByText(/^Imagined: /).waitFor();
    const sources = () =>
      page.locator(".imagined img").evaluateAll((all) => all.map((i) => (i as HTMLImageElement).src));
    const first = await sources();
    expect(first.length).toBe(2);
    await page.getByRole("button", { name: "latitude" }).click();
    expect(await page.locator(".imagined canvas").count()).toBe(2);
    await look(page, "imagine");
    // Another seed, other pictures; the same one, kept, the same pictures.
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: /).waitFor();
    const second = await sources();
    expect(second).not.toEqual(first);
    await page.getByLabel("keep it").check();
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: /).waitFor();
    expect(await sources()).toEqual(second);
    // What came before comes back with what it was made from.
    await page.locator(".history button").last().click();
    expect(await sources()).toEqual(first);
    // Beside others; words by a click, and what is made can be saved and located.
    await page.getByRole("button", { name: "Keep beside the next" }).click();
    expect(await page.getByRole("button", { name: "Keep beside the next" }).getAttribute("aria-pressed")).toBe("true");
    await page.getByText("Words that it knows").click();
    for (const word of ["winter", "satellite"]) await page.getByRole("button", { name: word, exact: true }).click();
    expect(await page.getByLabel("Words", { exact: true }).inputValue()).toBe("winter, satellite");
    await page.getByRole("button", { name: "winter", exact: true }).click();
    expect(await page.getByLabel("Words", { exact: true }).inputValue()).toBe("satellite");
    expect(await page.getByRole("button", { name: "satellite", exact: true }).getAttribute("aria-pressed")).toBe(
      "true",
    );
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText(/^Imagined: satellite/).waitFor();
    await page.getByText(/^Beside them: /).waitFor();
    const all = await sources();
    expect([all.length, all.slice(2)]).toEqual([4, first]);
    await look(page, "beside");
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save" }).first().click();
    const file = await (await saved).path();
    expect(`data:image/png;base64,${readFileSync(file).toString("base64")}`).toBe(all[0]);
    await page.getByRole("button", { name: "Take these away" }).click();
    expect(await sources()).toEqual(all.slice(0, 2));
    // Words that nobody taught it.
    await page.getByLabel("Words", { exact: true }).fill("castle");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText('"castle": "castle" is not among the words that the model knows').waitFor();
    expect(await page.locator(".imagined").count()).toBe(0);
    expect(await page.getByText(/^Imagined/).count()).toBe(0);
    // What came before comes back without what was wrong afterwards.
    await page.locator(".history button").nth(1).click();
    expect(await sources()).toEqual(second);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: "Locate it" }).first().click();
    await page.getByAltText(/^Picture: imagined-\d+\.png$/).waitFor();
    await page.getByText(/^Done: /).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("makes pictures of a landmark from where a dial says, by pointer and by keyboard", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#imagine`);
    await page.getByRole("radio", { name: "Statue of Liberty" }).check();
    // Front at first; the rose has the photographs that were learned from.
    const dial = page.getByRole("slider", { name: /^Camera stands at/ });
    expect(await dial.inputValue()).toBe("135");
    expect(await page.locator(".dial .wedge").count()).toBe(36);
    await dial.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("Camera stands at: 136°").waitFor();
    const box = await page.locator(".dial svg").boundingBox();
    if (!box) throw new Error("the dial is not shown");
    await page.mouse.click(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
    await page.getByText("Camera stands at: 90°").waitFor();
    await page.getByLabel("Pictures", { exact: true }).fill("1");
    await page.getByLabel("Words", { exact: true }).fill("dusk");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByText("Imagined: Statue of Liberty from 90°, dusk").waitFor();
    await page.getByRole("button", { name: "angle", exact: true }).click();
    expect(await page.locator(".imagined canvas").count()).toBe(1);
    await look(page, "landmark");
    // Back to places: the same words mean nothing there.
    await page.getByRole("radio", { name: "a place" }).check();
    expect(await page.locator(".dial").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("lifts a landmark, and turns picture, field and surface together, by keyboard and on a phone", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#imagine`);
    await page.getByRole("radio", { name: "Statue of Liberty" }).check();
    await page.getByLabel("Steps", { exact: true }).fill("26");
    await page.getByRole("button", { name: "Lift", exact: true }).click();
    await page.getByAltText("What it looks like so far").waitFor();
    // Given up and asked for again: it goes on.
    await page.getByRole("button", { name: "Stop the lift" }).click();
    await page.getByRole("button", { name: "Lift", exact: true }).click();
    await page.getByRole("img", { name: "Surface: Statue of Liberty from 135°" }).waitFor();
    const drawnPixels = (name: string) =>
      page
        .getByRole("img", { name: new RegExp(`^${name}:`) })
        .locator("canvas")
        .evaluate(async (canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const copy = new OffscreenCanvas(width, height);
          const context = copy.getContext("2d");
          context?.drawImage(canvas as HTMLCanvasElement, 0, 0);
          const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
          let [opaque, sum] = [0, 0];
          for (let i = 0; i < data.length; i += 4) {
            opaque += Number(data[i + 3] > 128);
            sum = (31 * sum + data[i] + data[i + 1] + data[i + 2] + data[i + 3]) % 2 ** 31;
          }
          return { share: opaque / (width * height), sum };
        });
    const both = async () => [await drawnPixels("Field"), await drawnPixels("Surface")];
    await expect.poll(async () => Math.min(...(await both()).map(({ share }) => share))).toBeGreaterThan(0.02);
    const before = await both();
    await page.getByAltText("Imagined: Statue of Liberty from 135°").waitFor();
    await page.getByRole("slider", { name: /^Camera stands at/ }).focus();
    await page.keyboard.press("PageUp");
    await page.getByRole("img", { name: "Surface: Statue of Liberty from 171°" }).waitFor();
    await page.getByAltText("Imagined: Statue of Liberty from 171°").waitFor();
    const after = await both();
    for (const [k, { sum }] of after.entries()) expect(sum).not.toBe(before[k].sum);
    await look(page, "lifted");
    const mesh = page.getByRole("link", { name: "Mesh (glTF)" });
    const [download] = await Promise.all([page.waitForEvent("download"), mesh.click()]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 4)
        .toString(),
    ).toBe("glTF");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("img", { name: /^Surface/ }).scrollIntoViewIfNeeded();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await look(page, "lifted-phone");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("makes pictures of words said twice, as wide as they say, and none of a form that is not filled in", async () => {
    const { page, complaints } = await openPage(served.browser, `${served.url}#imagine`);
    await page.getByLabel("Pictures", { exact: true }).fill("1");
    await page.getByLabel("Words", { exact: true }).fill("near hot desert, hot steppe");
    const asked = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/api/imagine"));
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    expect((await asked).postDataJSON()).not.toHaveProperty("groundKm");
    await page.getByText("Imagined: near hot desert, hot steppe").waitFor();
    expect(await page.locator(".tokens button").allInnerTexts()).toEqual(["near", "hot", "desert", "hot", "steppe"]);
    await page.locator(".tokens button").nth(3).click();
    expect(await page.locator(".tokens [aria-pressed=true]").count()).toBe(1);
    expect(await page.locator(".imagined canvas").count()).toBe(1);
    // The words may change while pictures of others are on their way, and these may be stopped.
    await page.getByLabel("Pictures", { exact: true }).fill("16");
    await page.getByRole("button", { name: "Imagine", exact: true }).click();
    await page.getByLabel("Words", { exact: true }).fill("night");
    await page.getByText("On their way: near hot desert, hot steppe").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped: near hot desert, hot steppe").waitFor();
    // A click on the globe sends no form.
    await page.getByLabel("Pictures", { exact: true }).fill("");
    await page.locator(".globe canvas").click({ position: { x: 400, y: 300 } });
    await page.getByText("Pictures: a whole number from 1 to 16 is needed.").waitFor();
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
