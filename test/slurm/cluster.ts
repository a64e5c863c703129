/** A Slurm of two nodes on this machine: the real daemons, in a folder of their own, on ports of their own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const programs = ["munged", "slurmctld", "slurmd", "sbatch"];

/** Are its programs here, and may they be started? */
export const slurmIsHere = (): boolean => {
  try {
    for (const program of programs) execFileSync("which", [program], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

export interface Cluster {
  /** Runs one of Slurm's commands; what it prints. */
  command(program: string, ...args: string[]): string;
  /** A daemon by its name: `slurmctld`, `n1`, `n2`. */
  daemon(name: string): ChildProcess;
  /** Starts one that has been killed. */
  start(name: string): void;
  stop(): Promise<void>;
}

export async function startCluster(folder: string, path: string): Promise<Cluster> {
  const at = (name: string) => join(folder, name);
  for (const name of ["state", "munge", "log"]) mkdirSync(at(name), { recursive: true, mode: 0o700 });
  writeFileSync(at("munge/key"), randomBytes(1024), { mode: 0o400 });
  const socket = at("munge/socket");
  const [controller, first, second] = await Promise.all([freePort(), freePort(), freePort()]);
  const node = (name: string, port: number) =>
    `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${port} CPUs=1 RealMemory=1000`;
  writeFileSync(
    at("slurm.conf"),
    `ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool-%n")}
SlurmctldPidFile=${at("slurmctld.pid")}
SlurmdPidFile=${at("slurmd-%n.pid")}
SlurmctldLogFile=${at("log/slurmctld.log")}
SlurmdLogFile=${at("log/%n.log")}
SlurmctldPort=${controller}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdTimeout=5
KillWait=1
InactiveLimit=0
MessageTimeout=5
MpiDefault=none
JobRequeue=1
${node("n1", first)}
${node("n2", second)}
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { ...process.env, PATH: path, SLURM_CONF: at("slurm.conf") };
  const daemons = new Map<string, ChildProcess>();
  const run = (name: string, program: string, ...args: string[]) =>
    daemons.set(name, spawn(program, args, { env, stdio: "ignore" }));
  const start = (name: string) => {
    const conf = ["-D", "-f", at("slurm.conf")];
    if (name === "slurmctld") run(name, "slurmctld", ...conf);
    else run(name, "slurmd", ...conf, "-N", name);
  };
  const files = ["key", "socket", "log", "pid", "seed"].map(
    (f) => `--${f}${f === "socket" ? "" : "-file"}=${at(`munge/${f}`)}`,
  );
  run("munged", "munged", "--foreground", "--force", ...files);
  await delay(500);
  for (const name of ["slurmctld", "n1", "n2"]) start(name);
  const command = (program: string, ...args: string[]) =>
    execFileSync(program, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  for (let tries = 0; ; tries++) {
    await delay(250);
    try {
      if (command("sinfo", "-h", "-o", "%T %D").trim() === "idle 2") break;
    } catch {
      // The controller is not there yet.
    }
    if (tries > 120) throw new Error("Slurm did not start");
  }
  return {
    command,
    start,
    daemon: (name) => daemons.get(name) as ChildProcess,
    async stop() {
      for (const daemon of daemons.values()) daemon.kill("SIGKILL");
      await delay(100);
    },
  };
}
