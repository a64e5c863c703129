/** A PostgreSQL of one's own, for tests: Debian's, in a folder that goes with it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** The folder of the newest one that is installed; undefined if there is none. */
export function postgresPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  if (!existsSync(debian)) return undefined;
  const newest = readdirSync(debian).sort((a, b) => Number(b) - Number(a))[0];
  const folder = join(debian, newest, "bin");
  return existsSync(join(folder, "initdb")) ? folder : undefined;
}

/** A server, its databases empty. */
export interface Postgres {
  /** The address of its databases, to which the name of one is added. */
  address: string;
  /** The server's own process. */
  child(): ChildProcess;
  /** Starts it again, as it was when it ended. */
  start(): Promise<void>;
  /** Ends it, and takes its folder away. */
  stop(): Promise<void>;
}

/** It runs as nobody who may do everything. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ["-u", "-g"].map((what) => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" })));
  return { uid, gid };
}

/** Starts a server on a port that is free. */
export async function startPostgres(): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("PostgreSQL is not installed");
  const root = mkdtempSync(join(tmpdir(), "geodrift-postgres-"));
  const as = owner();
  if (as) chownSync(root, as.uid, as.gid);
  const data = join(root, "data");
  const run = { cwd: root, stdio: "pipe", ...as } as const;
  execFileSync(join(programs, "initdb"), ["-D", data, "-U", "geodrift", "-A", "trust", "-E", "UTF8", "--no-sync"], run);
  const port = await freePort();
  const address = `postgres://geodrift@127.0.0.1:${port}/`;
  let child: ChildProcess;
  const start = async () => {
    const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${root}`];
    const begin = () => {
      child = spawn(join(programs, "postgres"), ["-D", data, ...settings.flatMap((s) => ["-c", s])], run);
      child.stderr?.resume();
    };
    begin();
    for (let tries = 0; ; tries++) {
      // What one that was killed has left may still be ending.
      if (child.exitCode !== null) begin();
      const client = new pg.Client(`${address}postgres`);
      client.on("error", () => {});
      try {
        await client.connect();
        await client.end();
        return;
      } catch (e) {
        await client.end().catch(() => {});
        if (tries === 200) throw e;
        await delay(100);
      }
    }
  };
  await start();
  return {
    address,
    child: () => child,
    start,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.signalCode === null) {
        // It waits for nobody who is connected.
        child.kill("SIGQUIT");
        await ended;
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

let made = 0;

/** A new database of a server, empty; its address. */
export async function newDatabase(address: string): Promise<string> {
  const client = new pg.Client(`${address}postgres`);
  await client.connect();
  const name = `archive_${process.pid}_${made++}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return `${address}${name}`;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
