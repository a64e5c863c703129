import { OpenAPIHono } from "@hono/zod-openapi";
import type { Person } from "../library/people.js";

/** What the guard has found out for the routes behind it. */
export interface ServerEnv {
  Variables: {
    person: Person;
    /** Whether whoever asked would still be let in: for what goes on after the answer has begun. */
    mayStill: () => Promise<boolean>;
  };
}

/** Routes whose requests are checked against their schemas: one that does not fit is refused in one sentence. */
export const router = () =>
  new OpenAPIHono<ServerEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const key = issue.path.join(".");
      const rule = issue.message.replace(/^(Invalid input|Too small|Too big): /, "");
      return c.json({ error: key ? `"${key}": ${rule}` : rule, code: "option" }, 400);
    },
  });
