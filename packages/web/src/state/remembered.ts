/** What this browser remembers of how a person wants the page: small things, by name. Whoever allows no storage has none remembered. */
const prefix = "geodrift.";

/**
 * What was remembered under a name.
 * @param isValid says of whatever is there whether it is one; it may be of another version of the page
 */
export function remembered<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix + name) ?? "null");
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a value in place of the one before. */
export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Full, or not allowed: the next visit begins as the first did.
  }
}

/** Forgets all of it. */
export function forgetRemembered(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch {
    // Nothing was allowed, so there is nothing.
  }
}

/** One of these words. */
export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (value: unknown): value is T =>
    words.includes(value as T);
