/** What computes: the processor, or a graphics card. */
import { compile, type Runtime, tensor } from "@geodrift/compile";
import { GeodriftError } from "@geodrift/core/errors";

/** Devices by ONNX Runtime's names. WebGPU comes along; CUDA is there where its own build of ONNX Runtime is. */
export const devices = ["cpu", "webgpu", "cuda"] as const;

/** What sessions compute on. */
export type Device = (typeof devices)[number];

/** Where it is asked for; threads of the program inherit it. */
const variable = "GEODRIFT_DEVICE";

/** Asks for a device, for this process and the workers that it starts from here on. */
export function useDevice(device: Device): void {
  process.env[variable] = device;
}

/**
 * The device asked for by `useDevice` or GEODRIFT_DEVICE, else the processor.
 * @throws GeodriftError `option` if GEODRIFT_DEVICE is none
 */
export function device(): Device {
  const asked = process.env[variable] || "cpu";
  const known = devices.find((d) => d === asked);
  if (!known) throw new GeodriftError("option", `${variable}: ${devices.join(", ")} are known, got "${asked}"`);
  return known;
}

/**
 * Options of a session that computes on the device. What it has no kernel for, the processor computes.
 */
export const onDevice = (device: Device): { executionProviders?: string[] } =>
  device === "cpu" ? {} : { executionProviders: [device, "cpu"] };

/**
 * Computes one sum there.
 * @throws GeodriftError `option` if the machine has no such device, or the runtime no kernels for it
 */
export async function tryDevice(device: Device, runtime: Runtime): Promise<void> {
  const sum = compile((x: { add(y: number): never }) => x.add(1), { runtime, session: onDevice(device) });
  try {
    await sum(tensor([1], [1]));
  } catch (e) {
    const why = (e as Error).message.split("\n")[0].replace(/^.*?(?=Failed|OrtSession)/, "");
    throw new GeodriftError("option", `the device ${device}: nothing here computes on it (${why}); "cpu" always does`, {
      cause: e,
    });
  } finally {
    await sum.dispose();
  }
}
