import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      "@geodrift/compile": source("compile"),
      "@geodrift/core": source("core"),
    },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 120_000,
    // The site is built, models are trained before tests: as long as a test may take, on whatever machine.
    hookTimeout: 120_000,
  },
});
