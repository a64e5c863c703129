/**
 * ONNX Runtime's official builds, from 1.29 on, report to Microsoft: names and hashes of models, of graphs and weights, a number for the
 * machine (onnxruntime #27379). Nothing of a person's work leaves their machine unasked.
 *
 * To be called in the main thread, before anything loads the runtime: the environment of a worker is a copy that its library never reads.
 * Whoever wants the reports sets ORT_DISABLE_TELEMETRY to 0.
 */
export function withoutTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
}
