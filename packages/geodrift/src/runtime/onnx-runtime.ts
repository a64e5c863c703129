/**
 * Which ONNX Runtime computes: one that is installed beside geodrift, the native kernels that come along, or WebAssembly.
 *
 * `onnxruntime-node` is no dependency: its install script asks another host than the npm registry for CUDA files, unasked, and
 * fails where there is none. Its kernels for the processor come along in `native/` instead (scripts/pack-native.js); their
 * JavaScript requires `onnxruntime-common`, which is a dependency.
 */
import { createRequire } from "node:module";
import type { Runtime } from "@geodrift/compile";
import { GeodriftError } from "@geodrift/core/errors";
import type { Env } from "onnxruntime-common";
import { device, onDevice, tryDevice } from "./device.js";
import { threads } from "./threads.js";
import { withoutTelemetry } from "./without-telemetry.js";

type NativeRuntime = Runtime & { env: Env };

/** What there is to compute with, best first. */
const nativeRuntimes: readonly (() => Promise<NativeRuntime>)[] = [
  // A person's own, perhaps with CUDA; in a clone, the one that tests use.
  async () => (await import("onnxruntime-node")) as NativeRuntime,
  async () => createRequire(import.meta.url)("../../native/dist/index.js") as NativeRuntime,
];

let opened: Promise<Runtime> | undefined;

/** Do sessions keep the memory of their results for the next run? */
let keepsMemory = true;

/**
 * Has this thread's sessions, from here on, give the memory of what they compute back after every run. Otherwise each keeps as much as it
 * ever took: whoever computes for years has many sessions, and pays with some tenth of the time of large networks; small ones are as fast.
 */
export function giveMemoryBack(): void {
  keepsMemory = false;
}

/**
 * The runtime of this machine, opened once.
 * @param tell hears one sentence where no native kernels can be had, and what to do for speed; standard error if left out
 * @returns native kernels, or WebAssembly, which gives the same answers more slowly
 * @throws GeodriftError `option` if nothing here computes on the device that is asked for
 */
export function onnxRuntime(
  tell = (sentence: string): void => void process.stderr.write(`geodrift: ${sentence}\n`),
): Promise<Runtime> {
  withoutTelemetry();
  opened ??= firstOf(nativeRuntimes).then(asAskedFor, async (e: unknown) => {
    const asked = device();
    if (asked !== "cpu")
      throw new GeodriftError(
        "option",
        `the device ${asked}: there are no native kernels here, and WebAssembly computes on the processor`,
      );
    const missing = /MODULE_NOT_FOUND$/.test((e as NodeJS.ErrnoException).code ?? "");
    const why = missing ? "none come along" : (e as Error).message.split("\n")[0];
    tell(
      `there are no native kernels for ${process.platform} on ${process.arch} (${why}); WebAssembly computes instead, and where onnxruntime-node can be had, "npm install --ignore-scripts onnxruntime-node" makes it several times as fast`,
    );
    return webAssembly();
  });
  return opened;
}

/** Native kernels on the device that is asked for, which is tried first. */
async function asAskedFor(runtime: NativeRuntime): Promise<Runtime> {
  const asked = device();
  if (asked !== "cpu") {
    // What it would log on the way is said in the sentence of the error.
    runtime.env.logLevel = "fatal";
    await tryDevice(asked, runtime);
  }
  return onAllCores(runtime);
}

/**
 * The runtime with the options that every session of the program has. Left to itself, ONNX Runtime counts half of the
 * logical processors on Linux, whatever this process may use, and its threads spin while they wait, at the cost of whatever
 * else the machine does.
 */
const onAllCores = ({ InferenceSession, Tensor }: Runtime): Runtime => ({
  Tensor,
  InferenceSession: {
    create: (model, options) =>
      InferenceSession.create(model, {
        logSeverityLevel: 3,
        intraOpNumThreads: threads(),
        ...onDevice(device()),
        enableCpuMemArena: keepsMemory,
        extra: { session: { intra_op: { allow_spinning: "0" } } },
        ...options,
      }),
  },
});

/** What the first that works gives. @throws what the last one says, of those whose files are there */
async function firstOf(runtimes: typeof nativeRuntimes): Promise<NativeRuntime> {
  let failure: unknown;
  for (const open of runtimes) {
    try {
      return await open();
    } catch (e) {
      failure = e;
    }
  }
  throw failure;
}

async function webAssembly(): Promise<Runtime> {
  const web = await import("onnxruntime-web");
  // More threads would be workers of a worker, which end with an error where the program is itself in one.
  web.env.wasm.numThreads = 1;
  return web as Runtime;
}
