/** The description of the interface as a page that people read, and try it on; nothing is fetched from elsewhere. */
import { escapeXml } from "../files/escape-xml.js";
import { shellQuoted } from "../files/shell-quoted.js";
import { exampleOf, meantBy, type NamedSchemas, type Schema } from "./api-example.js";

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
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, unknown> }>;
}

/** An OpenAPI 3.1 document, as far as the page reads it. */
export interface OpenApiDocument {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation> | undefined>;
  components?: { schemas?: NamedSchemas };
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

const text = (s: string | undefined) => escapeXml(s ?? "");

/** What is sent, as a program on a command line sends it. */
function curlOf(method: string, path: string, o: Operation, { origin, named }: Around): string {
  const [type, content] = bodyOf(o);
  const wanted = (o.parameters ?? []).filter((p) => p.in === "query" && p.required);
  const query = wanted.map((p) => `${p.name}=${exampleOf(p.schema ?? {}, named)}`).join("&");
  const parts = [
    "curl",
    method === "get" || (method === "post" && type) ? "" : `-X ${method.toUpperCase()}`,
    type?.includes("json")
      ? `-H ${shellQuoted(`content-type: ${type}`)} -d ${shellQuoted(JSON.stringify(exampleOf(content?.schema ?? {}, named)))}`
      : type
        ? "--data-binary @FILE"
        : "",
    shellQuoted(`${origin}${path.replace(/\{\w+\}/g, "1")}${query ? `?${query}` : ""}`),
  ];
  return parts.filter(Boolean).join(" ");
}

/** The media type of a body that is sent, with its schema. */
const bodyOf = (o: Operation): [string | undefined, { schema?: Schema } | undefined] =>
  Object.entries(o.requestBody?.content ?? {})[0] ?? [undefined, undefined];

/** What a page of the interface says of all operations. */
interface Around {
  /** Where the server is reached, such as http://127.0.0.1:8080. */
  origin: string;
  named: NamedSchemas;
}

/** The properties of a body in JSON. */
function properties(schema: Schema, named: NamedSchemas): string {
  const own = meantBy(schema, named);
  const rows = Object.entries(own.properties ?? {}).map(([name, s]) => {
    const meant = meantBy(s, named);
    return `<tr><td><code>${text(name)}</code></td><td>${own.required?.includes(name) ? "required" : ""}</td><td>${text(ruleOf(meant))}</td><td>${text(s.description ?? meant.description)}</td></tr>`;
  });
  return rows.length > 0
    ? `<table><thead><tr><th scope="col">in the body</th><th scope="col">needed</th><th scope="col">values</th><th scope="col">meaning</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`
    : "";
}

/** A form that sends a request. */
function tryIt(method: string, path: string, o: Operation, { named }: Around): string {
  const fields = (o.parameters ?? []).map(({ name, in: where, schema = {}, required }) => {
    const named = `name="${text(name)}" data-in="${text(where)}"${required ? " required" : ""}`;
    const field = schema.enum
      ? `<select ${named}>${["", ...schema.enum].map((v) => `<option>${text(String(v))}</option>`).join("")}</select>`
      : `<input ${named} placeholder="${text(schema.default === undefined ? "" : String(schema.default))}">`;
    return `<label>${text(name)} ${field}</label>`;
  });
  const [type, content] = bodyOf(o);
  const body = type?.includes("json")
    ? `<label>Body <textarea rows="6" data-type="${text(type)}">${text(JSON.stringify(exampleOf(content?.schema ?? {}, named), null, 1))}</textarea></label>`
    : type
      ? '<label>Body <input type="file" required></label>'
      : "";
  return `<details class="try"><summary>Try it</summary><form data-method="${method}" data-path="${text(path)}">${fields.join("")}${body}<button>Send</button><p role="status"></p><div class="answer"></div></form></details>`;
}

function operation(method: string, path: string, o: Operation, around: Around): string {
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
  const [type, content] = bodyOf(o);
  return `<section><h2><code>${method.toUpperCase()} ${text(path)}</code></h2><p>${text(o.summary)}.</p>${o.description ? `<p>${text(o.description)}</p>` : ""}
<pre tabindex="0">${text(curlOf(method, path, o, around))}</pre>
${body ? `<p>Body: ${body}</p>` : ""}
${type?.includes("json") ? properties(content?.schema ?? {}, around.named) : ""}
${parameters.length > 0 ? `<table><thead><tr><th scope="col">parameter</th><th scope="col">where</th><th scope="col">values</th><th scope="col">meaning</th></tr></thead><tbody>${parameters.join("\n")}</tbody></table>` : ""}
<table><thead><tr><th scope="col">status</th><th scope="col">meaning</th><th scope="col">body</th></tr></thead><tbody>${responses.join("\n")}</tbody></table>
${tryIt(method, path, o, around)}</section>`;
}

/**
 * The description of the interface as an HTML page, with a form for each operation.
 * @param origin where the server is reached, such as http://127.0.0.1:8080
 */
export function apiPage({ info, paths = {}, components }: OpenApiDocument, origin: string): string {
  const around = { origin, named: components?.schemas ?? {} };
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, o]) => operation(method, path, o, around)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(info.title)} ${escapeXml(info.version)}: interface</title>
<link rel="stylesheet" href="/api.css"><script src="/api.js" defer></script></head>
<body><main><h1>${escapeXml(info.title)} ${escapeXml(info.version)}: interface</h1>
<p>The same for programs: <a href="/api/openapi.json">OpenAPI 3.1</a>. Errors are JSON, <code>{"error": "one sentence"}</code>.</p>
<pre tabindex="0">curl --data-binary @photo.jpg ${text(shellQuoted(`${origin}/api/locate?samples=256`))}</pre>
${sections.join("\n")}
</main></body></html>
`;
}

/** The page's style sheet. */
export const apiStyle = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}
section{margin:2rem 0}h2{font-size:1.1rem}pre,code{font-family:ui-monospace,monospace}pre{overflow:auto;padding:.6rem;background:#8882;max-height:30rem}
.try form{display:grid;gap:.4rem;max-width:40rem}.try label{display:grid;grid-template-columns:10rem 1fr;gap:.6rem}textarea{font:13px ui-monospace,monospace}.answer img{display:block;max-width:100%}button{justify-self:start}`;
