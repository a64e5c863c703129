import { OpenAPIHono } from "@hono/zod-openapi";

/** Routes whose requests are checked against their schemas: one that does not fit is refused in one sentence. */
export const router = () =>
  new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const key = issue.path.join(".");
      const rule = issue.message.replace(/^(Invalid input|Too small|Too big): /, "");
      return c.json({ error: key ? `"${key}": ${rule}` : rule, code: "option" }, 400);
    },
  });
