/** What a process that reads pictures is told and says; `id` numbers its tasks. */
import type { ThrownElsewhere } from "@geodrift/core/errors";
import type { RoomKind } from "./memory-budget.js";
import type { PictureTasks } from "./picture-tasks.js";

/** A task, or that there is the room that was asked for. */
export type ToPictureProcess = { id: number } & ({ task: keyof PictureTasks; args: unknown[] } | { granted: true });

/** What came of a task; `resident` bytes that the process has by then. */
export type PictureAnswer = { resident: number } & ({ done: unknown } | { thrown: ThrownElsewhere });

/** That it is there; room that a task needs before it goes on, or what came of it. */
export type FromPictureProcess =
  | { ready: true }
  | ({ id: number } & ({ needs: RoomKind; amount: number } | PictureAnswer));
