/**
 * `npm run screenshots`: every screen of the page at three sizes, as a person sees them on a real server, into docs/images/screens.
 * Needs `npm run demo` and Chromium. Look at them before they are committed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import sharp from "sharp";

const out = "docs/images/screens";
const sizes = { wide: [1440, 900], tablet: [820, 1180], phone: [390, 844] };
const picture = "out/demo/strait-of-gibraltar.png";
const bin = "packages/geodrift/bin/geodrift.js";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const wanting = [
  [executablePath, "Chromium is needed (Debian's chromium)"],
  [existsSync(picture), `${picture} is not there; "npm run demo" makes it`],
].find(([there]) => !there);
if (wanting) {
  console.error(`screenshots: ${wanting[1]}`);
  process.exit(1);
}

const chosen = (page) => page.locator("input[type=file]").first().setInputFiles(picture);
const answered = (page) => page.locator(".answer h2").first().waitFor();

/** What is done on each screen before it is looked at. */
const screens = {
  start: () => {},
  locate: async (page) => {
    await chosen(page);
    await answered(page);
  },
  compare: async (page) => {
    await chosen(page);
    await page.locator(".answer h2").nth(1).waitFor();
  },
  play: async (page) => {
    await page.getByText(/^Picture 1 of 5/).waitFor();
    await page.locator("img.puzzle").waitFor();
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "That is my guess" }).press("Enter");
    await page.getByText(/^You: /).waitFor();
  },
  imagine: async (page) => {
    await page.getByLabel("Words", { exact: true }).fill("coast, summer");
    await page.getByLabel("Seed").fill("3");
    await page.getByRole("button", { name: "Imagine", exact: true }).press("Enter");
    await page.getByText(/^Imagined: /).waitFor({ timeout: 60_000 });
  },
  library: async (page) => {
    await page.locator(".list li").first().waitFor();
    await page.locator(".review .modes").waitFor();
  },
  grid: (page) => page.locator(".grid .cell img").first().waitFor(),
  map: (page) => page.getByText(/pictures? in view\.$/).waitFor(),
  duplicates: (page) => page.getByText(/groups? of pictures that are the same/).waitFor(),
};
const addresses = {
  ...{ start: "", locate: "", play: "#play=20260101" },
  ...{ grid: "#library=grid", map: "#library=map", duplicates: "#library=duplicates" },
};

const run = (...args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(" ")}: ended with ${code}`))));
  });

const folder = mkdtempSync(join(tmpdir(), "geodrift-screens-"));
const library = join(folder, "index");
await run("library", "add", "out/demo", "--library", library);
await run("library", "locate", "--library", library);
const server = spawn(process.execPath, [bin, "serve", "--port", "0", "--library", library], {
  stdio: ["ignore", "pipe", "ignore"],
});
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
try {
  const url = await new Promise((resolve, reject) => {
    server.stdout.on("data", (text) => {
      const [, found] = /(http:\/\/\S+\/)/.exec(String(text)) ?? [];
      if (found) resolve(found);
    });
    server.on("exit", () => reject(new Error("the server has ended")));
  });
  await mkdir(out, { recursive: true });
  for (const [screen, prepare] of Object.entries(screens))
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(url + (addresses[screen] ?? `#${screen}`));
      if (!["grid", "duplicates"].includes(screen)) await page.locator(".globe canvas").first().waitFor();
      await prepare(page);
      // The globe is on its way to the answer, and its names come last.
      await page.waitForTimeout(4000);
      const file = join(out, `${screen}-${size}.webp`);
      await sharp(await page.screenshot())
        .webp({ quality: 80 })
        .toFile(file);
      console.log(file);
      await context.close();
    }
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
