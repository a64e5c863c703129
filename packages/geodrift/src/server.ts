/**
 * The page and the interface for programs.
 * @example
 * ```js
 * import { jsonLog, serve } from "geodrift/server";
 * const server = await serve({ model: "earth", host: "127.0.0.1", port: 0, log: jsonLog(() => {}) });
 * console.log((await (await fetch(`${server.url}api/health`)).json()).status);
 * await server.stop();
 * ```
 * @module
 */
export { jsonLog, type Log } from "./server/log.js";
export { type RunningServer, type ServeOptions, serve } from "./server/serve.js";
