#!/usr/bin/env node
import { closeThreads, main } from "../dist/program/main.js";

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (e) => {
  if (e.code === "EPIPE") closeThreads().finally(() => process.exit(0));
});
process.exitCode = await main(process.argv.slice(2));
