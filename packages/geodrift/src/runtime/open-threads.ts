/**
 * Threads that compute, and must end by themselves: ended from outside, in the middle of a run, ONNX Runtime takes the process with it.
 */
const open = new Set<() => Promise<void>>();

/**
 * Notes a thread until it is closed.
 * @returns what closes it, once however often it is called
 */
export function openThread(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const once = () => {
    closing ??= close().finally(() => open.delete(once));
    return closing;
  };
  open.add(once);
  return once;
}

/** Closes all that are open: before the process is ended, when nobody hears it any more. */
export async function closeThreads(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
}
