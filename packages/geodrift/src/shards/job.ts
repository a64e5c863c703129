/** Array jobs that make the shards of a run: scripts and manifests of engines that start, restart and report. */
import { resolve } from "node:path";
import { isS3 } from "../files/s3.js";
import { shellQuoted } from "../files/shell-quoted.js";

/** What a job is made of. */
export interface JobOptions {
  /** Folder of the plan, which every machine sees, or `s3://bucket/prefix`. */
  run: string;
  /** Where the source lies, likewise. */
  source: string;
  /** Tasks; each makes every so many of the shards. */
  tasks: number;
}

/** Where it is, from wherever a task begins. */
const placed = (name: string): string => (isS3(name) ? name : resolve(name));

/** A file beside the parts; of a run in S3, where the job was submitted. */
const beside = (run: string, file: string): string => (isS3(run) ? file : `${resolve(run)}/${file}`);

/** Of one task there is no array, and no engine that says its number. */
const command = ({ run, tasks }: JobOptions): string[] => [
  ...["geodrift", "shards", "run", placed(run)],
  ...(tasks > 1 ? ["--of", `${tasks}`] : []),
];
const line = (options: JobOptions): string => command(options).map(shellQuoted).join(" ");

/** How often a task that fails is begun again. */
const restarts = 3;

/** Container image of a program that is installed in it: no such image is published. */
const image = "IMAGE-WITH-GEODRIFT";

const slurm = (o: JobOptions): string => `#!/bin/bash
#SBATCH --job-name=geodrift
${o.tasks > 1 ? `#SBATCH --array=0-${o.tasks - 1}\n` : ""}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="${beside(o.run.replaceAll("%", "%%"), "slurm-%A_%a.log")}"
# A node that dies is Slurm's to see; a task that fails is begun again here.
${line(o)} && exit 0
code=$?
if [ "\${SLURM_RESTART_COUNT:-0}" -lt ${restarts} ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID:+\${SLURM_ARRAY_JOB_ID}_}\${SLURM_ARRAY_TASK_ID:-$SLURM_JOB_ID}"
fi
exit $code
`;

const gridEngine = (o: JobOptions): string => `#!/bin/bash
#$ -N geodrift
${o.tasks > 1 ? `#$ -t 1-${o.tasks}\n` : ""}#$ -r y
#$ -cwd
#$ -j y
${line(o)} && exit 0
code=$?
# 99 asks Grid Engine to begin the task again; it does not say how often it has.
tries=${shellQuoted(beside(o.run, "tries"))}-$SGE_TASK_ID
echo $code >> "$tries"
[ "$(wc -l < "$tries")" -le ${restarts} ] && exit 99
exit $code
`;

const pbs = (o: JobOptions): string => `#!/bin/bash
#PBS -N geodrift
${o.tasks > 1 ? `#PBS -J 0-${o.tasks - 1}\n` : ""}#PBS -r y
#PBS -j oe
${line(o)}
`;

const kubernetes = (o: JobOptions): string => {
  const json = (value: unknown) => JSON.stringify(value);
  const mounts = [
    { place: o.run, more: "subPath: RUN-IN-CLAIM" },
    { place: o.source, more: "subPath: SOURCE-IN-CLAIM, readOnly: true" },
  ].filter(({ place }) => !isS3(place));
  const keys = isS3(o.run) || isS3(o.source);
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: geodrift
spec:
  completionMode: Indexed
  completions: ${o.tasks}
  parallelism: ${Math.min(o.tasks, 50)}
  backoffLimitPerIndex: ${restarts}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: geodrift
          image: ${image}
          command: ${json(command(o))}
${keys ? "          envFrom: [{ secretRef: { name: SECRET-WITH-AWS-KEYS } }]\n" : ""}${
  mounts.length > 0
    ? `          volumeMounts:
${mounts.map(({ place, more }) => `            - { name: work, mountPath: ${json(placed(place))}, ${more} }\n`).join("")}      volumes:
        - name: work
          persistentVolumeClaim: { claimName: CLAIM-WITH-RUN-AND-SOURCE }
`
    : ""
}`;
};

const awsBatch = (o: JobOptions): string =>
  `${JSON.stringify(
    {
      jobName: "geodrift",
      jobQueue: "QUEUE",
      jobDefinition: "DEFINITION-WITH-GEODRIFT",
      ...(o.tasks > 1 && { arrayProperties: { size: o.tasks } }),
      retryStrategy: { attempts: restarts + 1 },
      containerOverrides: { command: command(o) },
    },
    undefined,
    2,
  )}\n`;

/** Engines, each with its script or manifest, and the most tasks that it takes as it is installed. */
export const engines = {
  slurm: { most: 1001, write: slurm },
  kubernetes: { most: 100_000, write: kubernetes },
  "aws-batch": { most: 10_000, write: awsBatch },
  "grid-engine": { most: 75_000, write: gridEngine },
  pbs: { most: 10_000, write: pbs },
} as const;

/** An engine that takes array jobs. */
export type Engine = keyof typeof engines;
