/** How long commands take that have nothing to do, and imports: what everybody waits for, each time. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { minMs } from "./measure.js";

const bin = fileURLToPath(new URL("../packages/geodrift/bin/geodrift.js", import.meta.url));
const entries = [
  "geodrift",
  "geodrift/models",
  "geodrift/library",
  "geodrift/server",
  "@geodrift/core",
  "@geodrift/core/sphere",
];
const commands = ["--version", "--help", "locate --help", "imagine --help", "models list"];

export const benches = {
  start: async function* () {
    const ms = (args) => minMs(async () => spawnSync(process.execPath, args), 5);
    yield { bench: "start", command: "node alone", ms: Math.round(await ms(["-e", ""])) };
    for (const command of commands)
      yield { bench: "start", command, ms: Math.round(await ms([bin, ...command.split(" ")])) };
    // Of the import alone, in a process that has begun: wall time, and processor time with the compiling of modules.
    const timed = (entry) => `const [t, c] = [performance.now(), process.cpuUsage()];
      await import(${JSON.stringify(entry)});
      const { user, system } = process.cpuUsage(c);
      console.log(JSON.stringify([performance.now() - t, (user + system) / 1000]));`;
    for (const entry of entries) {
      const runs = Array.from({ length: 5 }, () =>
        JSON.parse(
          spawnSync(process.execPath, ["--input-type=module", "-e", timed(entry)], { encoding: "utf8" }).stdout,
        ),
      );
      const least = (k) => Math.round(Math.min(...runs.map((r) => r[k])));
      yield { bench: "start", import: entry, ms: least(0), cpuMs: least(1) };
    }
  },
};
