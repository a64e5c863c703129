/** A scan in a thread of its own: hashing and reading metadata would hold up the server's. */
import { parentPort, workerData } from "node:worker_threads";
import { type ThrownElsewhere, toMessage } from "@geodrift/core/errors";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { joinLibrary } from "./open-library.js";
import { type ScanProgress, scanFolder } from "./scan.js";

/** What the thread scans. */
export interface ScanTask {
  /** As the library was opened. */
  library: string;
  folders: string[];
}

/** What the thread says. */
export type ScanMessage = { progress: ScanProgress } | { done: true } | { thrown: ThrownElsewhere };

const { library: name, folders } = workerData as ScanTask;
const say = (message: ScanMessage): void => parentPort?.postMessage(message);
const library = await joinLibrary(name);
const reader = new PictureProcesses();
let stopping = false;
// What has been taken in stays, as after a kill; the processes that read are waited for, which nobody else would do.
parentPort?.once("message", () => {
  stopping = true;
  void reader.close().then(() => process.exit());
});
const total: ScanProgress = { found: 0, read: 0, missing: 0 };
try {
  for (const named of folders) {
    const before = { ...total };
    await scanFolder(library, named, {
      reader,
      onProgress: ({ found, read, missing }) => {
        Object.assign(total, {
          found: before.found + found,
          read: before.read + read,
          missing: before.missing + missing,
        });
        say({ progress: total });
      },
    });
  }
  say({ done: true });
} catch (e) {
  if (!stopping) say({ thrown: toMessage(e) });
} finally {
  await reader.close();
  await library.close();
  parentPort?.close();
}
