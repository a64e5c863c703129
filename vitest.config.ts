import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@geodrift\/(compile|core)$/, replacement: source("$1/src/index.ts") },
      { find: /^@geodrift\/core\/(\w+)$/, replacement: source("core/src/$1/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    // Two files at a time: most of a test of the program is its start, which takes one core.
    maxWorkers: 2,
    testTimeout: 120_000,
    // The site is built, models are trained before tests: as long as a test may take, on whatever machine.
    hookTimeout: 120_000,
  },
});
