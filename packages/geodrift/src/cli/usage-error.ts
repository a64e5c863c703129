/** A command line that cannot be carried out as it stands: exit code 2. */
export class UsageError extends Error {}

/** Runs a check of what was asked for; what it throws is an error of usage. */
export function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
}
