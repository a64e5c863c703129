/** The system's own Chromium, as people have it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((f) =>
  existsSync(f),
);

export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) console.warn("The page is not tested: there is no Chromium on this machine.");

/** Opens a browser that draws no globe. */
export const flat = "--disable-3d-apis";

/** WebGL in software: a machine without a graphics card draws the globe all the same. */
export const openBrowser = (...more: string[]): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      ...more,
      "--no-sandbox",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
      "--disable-quic",
    ],
  });

export interface Watched {
  page: Page;
  /** What a browser complains of, and every address outside of the page's own. */
  complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  // Small and still: the globe is drawn by the processor here, pixel by pixel, and a click waits for frames.
  { viewport = { width: 1000, height: 640 }, moving = false } = {},
): Promise<Watched> {
  const page = await browser.newPage({ viewport, reducedMotion: moving ? "no-preference" : "reduce" });
  // On two cores, with other tests beside it, what is drawn by the processor takes its time.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("console", (m) => {
    // That there is no WebGL is said where there is none: a page with a globe would not go through its test.
    if (m.type() === "error" && !/Failed to load resource|WebGL/.test(m.text())) complaints.push(m.text());
  });
  page.on("pageerror", (e) => {
    if (!/WebGL/.test(e.message)) complaints.push(e.message);
  });
  page.on("request", (r) => {
    if (!r.url().startsWith(new URL(url).origin) && !/^(blob|data):/.test(r.url())) complaints.push(`asks ${r.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong for people who do not see, hear or move as most do. */
export async function violations(page: Page): Promise<string[]> {
  // The page's policy allows no scripts but its own; the debugger may all the same.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations: found } = await (
      globalThis as never as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
  });
}

/** Drops a file onto the page, as from a desktop, or pastes it. */
export async function drop(
  page: Page,
  name: string,
  bytes: Buffer,
  type = "image/png",
  event: "drop" | "paste" = "drop",
): Promise<void> {
  await page.evaluate(
    ([base64, fileName, fileType, kind]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      transfer.items.add(new File([content], fileName, { type: fileType }));
      const init = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        kind === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...init, clipboardData: transfer }),
      );
    },
    [bytes.toString("base64"), name, type, event],
  );
}
