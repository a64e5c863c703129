import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";

/**
 * Works in the folder of a lift, which is made if it is not there. A second lift into the same one waits for the first, and then goes on
 * from what that left.
 * @param work is told the file of the lift's state
 * @param signal ends the wait
 * @throws GeodriftError `disk` if there can be no such folder
 */
export async function inLiftFolder<T>(
  out: string,
  work: (state: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(out, { recursive: true }).catch(cannotWrite(out));
  const state = join(out, "state.safetensors");
  return alone(state, () => work(state), { signal });
}
