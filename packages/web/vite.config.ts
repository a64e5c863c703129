import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { assets } from "./scripts/assets.ts";
import { compressed } from "./scripts/compressed.ts";
import { licences } from "./scripts/licences.ts";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/**
 * Two builds of one source: the page that `geodrift serve` hands out, into the program's own folder, and with `--mode site` a
 * site of its own, in which the embedded model runs in the browser.
 */
export default defineConfig(({ mode }) => {
  const site = mode === "site";
  const { page, threads } = licences();
  return {
    base: "./",
    define: { __SITE__: JSON.stringify(site), __VERSION__: JSON.stringify(version) },
    // Whoever hands out the site compresses it as that server does.
    plugins: [svelte(), assets({ site }), page, ...(site ? [] : [compressed()])],
    build: {
      outDir: site ? "../../out/site" : "../geodrift/page",
      emptyOutDir: true,
      // The policy of the server allows no data: scripts, and fonts there are none.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
    },
    worker: { format: "es" as const, plugins: () => [threads] },
  };
});
