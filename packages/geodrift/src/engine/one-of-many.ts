/** The inner side of `many-threads`. */
import { parentPort, workerData } from "node:worker_threads";
import { toMessage } from "@geodrift/core/errors";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { FromThread, ToThread } from "./many-threads-messages.js";

/** The work of a thread, opened. */
export interface ThreadWork<Ask, Answer, Ready> {
  /** What is said before it begins. */
  ready: Ready;
  /** Does a piece of it. @param tell says that it is further, and throws where nobody waits any more */
  answer(ask: Ask, tell: () => void): Promise<Answer>;
  dispose(): Promise<void>;
}

/**
 * Answers what this thread is asked, until it is told to end.
 * @param open the work, from what the thread begins with
 */
export async function answerAsked<Data, Ask, Answer, Ready>(
  open: (data: Data) => Promise<ThreadWork<Ask, Answer, Ready>>,
): Promise<void> {
  const say = (message: FromThread<Answer, Ready>): void => parentPort?.postMessage(message);
  try {
    // Whoever has started it has told what there is to be told.
    await onnxRuntime(() => {});
    const work = await open(workerData as Data);
    let closing = false;
    let busy: Promise<unknown> = Promise.resolve();
    const answered = async (id: number, ask: Ask): Promise<void> => {
      try {
        const answer = await work.answer(ask, () => {
          if (closing) throw new Error("nobody waits for the answer any more");
          say({ type: "progress", id });
        });
        say({ type: "answer", id, answer });
      } catch (e) {
        say({ type: "failed", thrown: toMessage(e) });
      }
    };
    say({ type: "ready", ready: work.ready });
    parentPort?.on("message", async (message: ToThread<Ask>) => {
      if (message !== "close") {
        busy = Promise.all([busy, answered(message.id, message.ask)]);
        return;
      }
      closing = true;
      // A session that is freed while it runs takes the process with it.
      await busy;
      await work.dispose();
      parentPort?.close();
    });
  } catch (e) {
    say({ type: "failed", thrown: toMessage(e) });
  }
}
