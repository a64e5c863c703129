/** How long commands take that have nothing to do: what everybody waits for, each time. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { minMs } from "./measure.js";

const bin = fileURLToPath(new URL("../packages/geodrift/bin/geodrift.js", import.meta.url));
const commands = ["--version", "--help", "locate --help", "imagine --help", "models list"];

export const benches = {
  start: async function* () {
    const ms = (args) => minMs(async () => spawnSync(process.execPath, args), 5);
    yield { bench: "start", command: "node alone", ms: Math.round(await ms(["-e", ""])) };
    for (const command of commands)
      yield { bench: "start", command, ms: Math.round(await ms([bin, ...command.split(" ")])) };
  },
};
