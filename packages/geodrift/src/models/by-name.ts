/** A table that knows its own names alone: not `constructor`, nor what else every object has. */
export const byName = <T>(entries: Record<string, T>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);
