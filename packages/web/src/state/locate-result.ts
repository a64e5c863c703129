/** The schema of an answer, loaded only when a link is opened. */
export { locateResult } from "geodrift/browser";
