/** One of several threads that locate pictures, each with a model of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { toMessage } from "@geodrift/core/errors";
import { locateBatch } from "../locate/locate-batch.js";
import { readPrior } from "../locate/prior.js";
import { loadModel } from "../models/load.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { FromLocating, LocatingData, PlainAnswer, ToLocating } from "./locating-messages.js";

const { model: name, encoder, prior, options: asked } = workerData as LocatingData;
const say = (message: FromLocating): void => parentPort?.postMessage(message);

try {
  // Whoever has started it has told what there is to be told.
  await onnxRuntime(() => {});
  const model = await loadModel(name, { encoder });
  const options = { ...asked, known: prior === undefined ? undefined : [await readPrior(prior)] };
  say({ type: "ready", preparation: model.encoder.preparation });
  parentPort?.on("message", async (message: ToLocating) => {
    if (message === "close") {
      await model.dispose();
      parentPort?.close();
      return;
    }
    const answers: PlainAnswer[] = [];
    for await (const answer of locateBatch(message.pictures, model, options)) {
      if ("error" in answer) {
        const { thrown, ...failure } = answer;
        answers.push({ failure, thrown: toMessage(thrown) });
      } else answers.push({ result: answer.result, camera: answer.camera });
    }
    say({ type: "answers", id: message.id, answers });
  });
} catch (e) {
  say({ type: "failed", thrown: toMessage(e) });
}
