import { defineConfig } from "vitest/config";

/** Apart from the other tests: packing and installing take minutes, and ask the npm registry. */
export default defineConfig({
  test: { include: ["test/packages/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 600_000 },
});
