/** The description of the interface as a page that people read: no script, nothing fetched. */
import { escapeXml } from "../files/escape-xml.js";

interface Schema {
  type?: string | string[];
  $ref?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Operation {
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, unknown> };
  responses?: Record<string, { description?: string; content?: Record<string, unknown> }>;
}

/** An OpenAPI 3.1 document, as far as the page reads it. */
export interface OpenApiDocument {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation> | undefined>;
}

/** The same with what any request may be refused with beside what its route says: a host, a token, a body that is none, a mistake. */
export function withRefusals(document: OpenApiDocument): OpenApiDocument {
  const refusal = {
    description: "refused, for a reason that any request may be refused for",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } },
  };
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations ?? {}).map(([method, operation]) => [
        method,
        { ...operation, responses: { ...operation.responses, default: refusal } },
      ]),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

function ruleOf(schema: Schema = {}): string {
  const { type, enum: values, minimum, maximum, default: usual } = schema;
  return [
    values ? values.map(String).join(" | ") : (type ?? ""),
    minimum !== undefined && maximum !== undefined ? `${minimum} … ${maximum}` : "",
    usual !== undefined ? `${JSON.stringify(usual)} if left out` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

function operation(method: string, path: string, o: Operation): string {
  const text = (s: string | undefined) => escapeXml(s ?? "");
  const parameters = (o.parameters ?? []).map(
    (p) =>
      `<tr><td><code>${text(p.name)}</code></td><td>${text(p.in)}${p.required ? ", required" : ""}</td><td>${text(ruleOf(p.schema))}</td><td>${text(p.description ?? p.schema?.description)}</td></tr>`,
  );
  const responses = Object.entries(o.responses ?? {}).map(
    ([status, r]) =>
      `<tr><td>${text(status)}</td><td>${text(r.description)}</td><td>${Object.keys(r.content ?? {})
        .map(text)
        .join(", ")}</td></tr>`,
  );
  const body = Object.keys(o.requestBody?.content ?? {})
    .map(text)
    .join(", ");
  return `<section><h2><code>${method.toUpperCase()} ${text(path)}</code></h2><p>${text(o.summary)}.</p>${o.description ? `<p>${text(o.description)}</p>` : ""}
${body ? `<p>Body: ${body}</p>` : ""}
${parameters.length > 0 ? `<table><thead><tr><th scope="col">parameter</th><th scope="col">where</th><th scope="col">values</th><th scope="col">meaning</th></tr></thead><tbody>${parameters.join("\n")}</tbody></table>` : ""}
<table><thead><tr><th scope="col">status</th><th scope="col">meaning</th><th scope="col">body</th></tr></thead><tbody>${responses.join("\n")}</tbody></table></section>`;
}

/** The description of the interface as an HTML page. */
export function apiPage({ info, paths = {} }: OpenApiDocument): string {
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, o]) => operation(method, path, o)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(info.title)} ${escapeXml(info.version)}: interface</title>
<link rel="stylesheet" href="/api.css"></head>
<body><main><h1>${escapeXml(info.title)} ${escapeXml(info.version)}: interface</h1>
<p>The same for programs: <a href="/api/openapi.json">OpenAPI 3.1</a>. Errors are JSON, <code>{"error": "one sentence"}</code>.</p>
<pre>curl --data-binary @photo.jpg "http://127.0.0.1:8080/api/locate?samples=256"</pre>
${sections.join("\n")}
</main></body></html>
`;
}

/** The page's style sheet. */
export const apiStyle = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}
section{margin:2rem 0}h2{font-size:1.1rem}pre,code{font-family:ui-monospace,monospace}pre{overflow:auto;padding:.6rem;background:#8882}`;
