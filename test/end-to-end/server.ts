/** `geodrift serve` as a user runs it, on a port of its own, with a library of its own. */

import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./program.js";

export interface TestServer {
  /** Ends with a slash. */
  url: string;
  port: number;
  child: ChildProcess;
  /** Lines of its log so far. */
  log(): { event: string; [key: string]: unknown }[];
  /** Ends it as a person does, and tells how it went. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function startServer(
  args: string[] = [],
  env: Record<string, string | undefined> = {},
  script?: string,
): Promise<TestServer> {
  const temporary = args.includes("--library") ? undefined : mkdtempSync(join(tmpdir(), "library-"));
  const library = temporary ? ["--library", join(temporary, "index")] : [];
  const { child, outcome } = start(["serve", "--port", "0", ...library, ...args], undefined, env, script);
  // A test that fails before it stops its server leaves none behind.
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  child.on("exit", () => {
    process.off("exit", kill);
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  });
  let log = "";
  child.stderr?.on("data", (d) => {
    log += d;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (d) => {
      const [, found] = /(http:\/\/\S+\/)/.exec(String(d)) ?? [];
      if (found) resolve(found);
    });
    child.on("exit", () => reject(new Error(`serve has ended: ${log}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    child,
    log: () =>
      log
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return (await outcome).code;
    },
  };
}

export interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** A request with whatever headers and path one likes: fetch would put them right. */
export function raw(
  { port }: Pick<TestServer, "port">,
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: Uint8Array | string } = {},
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path, method, headers, setHost: headers.host === undefined },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (d) => parts.push(d));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

export const sentence = ({ body }: Raw): string => JSON.parse(body.toString()).error;
