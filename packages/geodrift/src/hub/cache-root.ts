import envPaths from "env-paths";

/** The folder of what can be fetched again: GEODRIFT_CACHE, or the platform's own. */
export const cacheRoot = (): string => process.env.GEODRIFT_CACHE ?? envPaths("geodrift", { suffix: "" }).cache;
