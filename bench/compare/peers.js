/** The libraries that geodrift is compared with, each in a process of its own and at its full strength. */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Variables that hold a library of linear algebra or of threads back, or choose its kernels. */
const holdsBack = /^(OPENBLAS|GOTO|OMP|KMP|GOMP|MKL|DNNL|ONEDNN|BLIS|VECLIB|NUMEXPR|ATEN|TORCH|XLA|JAX)_/;

const removed = Object.keys(process.env).filter((name) => holdsBack.test(name));
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !holdsBack.test(name)));

const programs = [
  {
    name: "PyTorch",
    module: "torch",
    script: "plonk_torch.py",
    how: "pip install torch, or apt-get install python3-torch",
  },
  { name: "JAX", module: "jax", script: "plonk_jax.py", how: "pip install jax" },
];

/** A Python that has a module; undefined if none has. */
const pythonWith = (module) =>
  [process.env.PYTHON, "python3", "/usr/bin/python3"].filter(Boolean).find((python) => {
    try {
      execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore", env: environment });
      return true;
    } catch {
      return false;
    }
  });

/**
 * Starts those that are here, and says what they are; of those that are not, how they are installed.
 * @param tell hears one object for each
 */
export async function openPeers(tell) {
  if (removed.length > 0) tell({ compare: "environment", removed });
  const peers = [];
  for (const { name, module, script, how } of programs) {
    const python = pythonWith(module);
    if (!python) {
      tell({ compare: "peer", name, skipped: `no python3 (or PYTHON) has ${module}: ${how}` });
      continue;
    }
    const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url))], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environment,
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await answers.next();
      if (done) throw new Error(`${name} has stopped; its last words are above`);
      return JSON.parse(value);
    };
    const about = await next();
    tell({ compare: "peer", name, ...about });
    peers.push({
      name,
      pid: child.pid,
      ways: about.ways,
      /** Runs a piece of work; answers with its milliseconds, or why it cannot be done. */
      ask(command) {
        child.stdin.write(`${JSON.stringify(command)}\n`);
        return next();
      },
      stop: () => child.kill(),
    });
  }
  return peers;
}
