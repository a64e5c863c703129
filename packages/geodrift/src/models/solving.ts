import { defaultSolvers, solverFor, stepsFor } from "@geodrift/core";
import type { ModelDescription } from "./schema.js";

/** How a flow is solved: by which solver, in how many steps. */
export interface Solving {
  /** Absent for methods that solve no flow. */
  solver?: string;
  /** 0 for those. */
  steps: number;
}

/**
 * The solver and the steps that a model takes: those that are asked for, else its method's own.
 * @param guidance strength, on which the number of steps depends; 0 is none
 * @throws GeodriftError `option` naming the solvers that the method has
 */
export function solvingOf(description: ModelDescription, asked: Partial<Solving>, guidance: number): Solving {
  if (!("path" in description)) return { steps: 0 };
  const { path } = description;
  const steps = stepsFor(solverFor(path, asked.solver), guidance);
  return { solver: asked.solver ?? defaultSolvers[path], steps: asked.steps ?? steps };
}
