import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { configDefaults, defineConfig } from "vitest/config";
import { postgresPrograms } from "./test/library/postgres.js";

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

const web = "packages/web/src/**/*.test.ts";

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@geodrift\/(compile|core)$/, replacement: source("$1/src/index.ts") },
      { find: /^@geodrift\/core\/(\w+)$/, replacement: source("core/src/$1/index.ts") },
    ],
  },
  test: {
    // Two files at a time: most of a test of the program is its start, which takes one core.
    maxWorkers: 2,
    // Pages are drawn by the processor, beside other tests.
    testTimeout: 240_000,
    // The site is built, models are trained before tests: as long as a test may take, on whatever machine.
    hookTimeout: 240_000,
    // One thread for each of two files, and for each program that they start.
    // Tests load ONNX Runtime by themselves as well, which is to report nothing of them either.
    env: { GEODRIFT_THREADS: "1", ORT_DISABLE_TELEMETRY: "1" },
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          setupFiles: source("../test/on-device.ts"),
          include: ["packages/*/src/**/*.test.ts"],
          exclude: [...configDefaults.exclude, web],
          // Modules are loaded once for all files of a worker: no test puts anything in a module's place, or leaves a global.
          isolate: false,
        },
      },
      // The archive's tests once more, with its index in a database: whatever holds of one holds of the other.
      ...(postgresPrograms() === undefined
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: "postgres",
                globalSetup: source("../test/library/postgres-for-all.ts"),
                include: ["packages/geodrift/src/library/**/*.test.ts"],
              },
            },
          ]),
      {
        extends: true,
        test: {
          name: "program",
          include: ["test/**/*.test.ts"],
          // What installs the packages has a command of its own: `npm run test:packages`.
          exclude: [...configDefaults.exclude, "test/packages/**", "test/torture/**"],
          // Commands that are run within a test are those that were built.
          server: { deps: { external: [/packages\/geodrift\/dist\//] } },
        },
      },
      {
        extends: true,
        // One kill of each command; `npm run torture` takes two hundred.
        test: { name: "torture", include: ["test/torture/*.test.ts"] },
      },
      {
        extends: true,
        // Runes are compiled as for a browser, though they run in Node: the page is never rendered on a server.
        plugins: [svelte({ configFile: false, dynamicCompileOptions: () => ({ generate: "client" }) })],
        define: { __SITE__: "false" },
        test: { name: "web", include: [web] },
      },
    ],
  },
});
