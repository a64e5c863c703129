/** Metrics as JSON lines. What was logged after the last checkpoint is dropped on resuming: those steps are made again. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * A log of metrics as JSON lines.
 * @param resumedAt steps done at the last checkpoint: later lines are dropped
 * @returns a function that appends a line
 */
export function metricsLog<Line extends { step: number }>(file: string, resumedAt: number): (line: Line) => void {
  if (existsSync(file)) {
    const kept = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => {
        try {
          return JSON.parse(line).step <= resumedAt;
        } catch {
          return false; // an empty or half-written last line
        }
      });
    writeFileSync(`${file}.partial`, kept.map((line) => `${line}\n`).join(""));
    renameSync(`${file}.partial`, file);
  }
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
}
