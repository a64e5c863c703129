/**
 * For tests of what is computed: with `GEODRIFT_DEVICE=webgpu` sessions that a test opens by itself are of that device too,
 * as those of the program are.
 */
import * as ort from "onnxruntime-node";
import { device, onDevice } from "../packages/geodrift/src/runtime/device.js";

if (device() !== "cpu") {
  const { InferenceSession } = ort;
  const create = InferenceSession.create.bind(InferenceSession) as (
    model: Uint8Array,
    options?: ort.InferenceSession.SessionOptions,
  ) => Promise<ort.InferenceSession>;
  Object.assign(InferenceSession, {
    create: (model: Uint8Array, options?: ort.InferenceSession.SessionOptions) =>
      create(model, { ...onDevice(device()), ...options }),
  });
}
