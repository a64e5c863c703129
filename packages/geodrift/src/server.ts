/** The page and the interface for programs. */
export { jsonLog, type Log } from "./server/log.js";
export { type RunningServer, type ServeOptions, serve } from "./server/serve.js";
