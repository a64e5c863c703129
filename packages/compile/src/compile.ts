/** The public face: functions over trees of arrays become functions over trees of tensors, run by ONNX Runtime. */
import * as jax from "@jax-js/jax";
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-common";
import type { DType } from "./dtype.js";
import { lower } from "./lower/index.js";
import { type ArraySpec, type JaxFunction, trace } from "./trace.js";
import { range } from "./value.js";

/** `onnxruntime-node` or `onnxruntime-web`: injected, so that nothing here depends on where it runs. */
export interface Runtime {
  /** Makes a session from the bytes of a model. */
  InferenceSession: {
    create(model: Uint8Array<ArrayBuffer>, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  /** Class of the tensors that its sessions take. */
  Tensor: TensorConstructor;
}

/** What `compile` is given beside the function. */
export interface CompileOptions {
  /** The package that runs the graphs. */
  runtime: Runtime;
  /** Passed to ONNX Runtime as they are: threads, execution providers, optimisation level. */
  session?: InferenceSession.SessionOptions;
}

/** A tree of tensors; numbers stand for float32 scalars. */
export type TensorTree = Tensor | number | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** A compiled function: asynchronous, over trees of tensors, with one ONNX Runtime session for every signature. */
export interface Compiled<Args extends readonly TensorTree[], Result> {
  /**
   * Runs the function.
   * @throws TypeError if a leaf of an argument is neither a tensor nor a number
   * @throws Error if the function uses a primitive that has no ONNX form
   */
  (...args: Args): Promise<Result>;
  /** Releases all sessions; a later call compiles anew. */
  dispose(): Promise<void>;
}

interface Program {
  session: InferenceSession;
  outputs: number;
  outTree: jax.JsTreeDef;
}

/**
 * Compiles a function over jax-js arrays into one over tensors that ONNX Runtime runs. It is traced once per signature
 * (tree, shapes and dtypes of the arguments).
 * @param fn takes and returns trees of jax-js arrays; an array is consumed when it is used, and `.ref` keeps it
 * @returns the function; its calls reject with TypeError and Error as `Compiled` says
 *
 * @example
 * const step = compile((w, x) => np.matmul(x, w), { runtime: ort });
 * const y = await step(tensor([1, 2, 3, 4], [2, 2]), tensor([1, 0], [1, 2]));
 */
export function compile<Args extends readonly TensorTree[] = TensorTree[], Result = TensorTree>(
  fn: JaxFunction,
  options: CompileOptions,
): Compiled<Args, Result> {
  const { runtime } = options;
  const programs = new Map<string, Promise<Program>>();
  async function build(tree: jax.JsTreeDef, specs: readonly ArraySpec[]): Promise<Program> {
    const traced = trace(fn, tree, specs);
    const session = await runtime.InferenceSession.create(lower(traced), {
      // The lowering has done this work already, and the runtime's passes undo part of it: they turn transposes of
      // matrices, which are fast, back into ones of many axes, which are four times slower (measured).
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
      ...options.session,
    });
    return { session, outputs: traced.outputs.length, outTree: traced.outTree };
  }

  const call = async (...args: Args): Promise<Result> => {
    const [leaves, tree] = flattenArgs(args, runtime);
    const specs = leaves.map((t) => ({ shape: t.dims, dtype: t.type as DType }));
    const signature = `${tree}${specs.map((s) => `${s.dtype}[${s.shape}]`)}`;
    let pending = programs.get(signature);
    if (!pending) {
      pending = build(tree, specs);
      programs.set(signature, pending);
      pending.catch(() => programs.delete(signature));
    }
    const program = await pending;
    const feeds = Object.fromEntries(leaves.map((t, i) => [`in${i}`, t]));
    const results = await program.session.run(feeds);
    const outs = range(program.outputs).map((i) => results[`out${i}`]);
    return jax.tree.unflatten(program.outTree, outs as never) as Result;
  };
  const dispose = async () => {
    for (const p of programs.values()) await (await p).session.release();
    programs.clear();
  };
  return Object.assign(call, { dispose });
}

/**
 * A function over jax-js arrays as an ONNX model with inputs `in0…` and outputs `out0…`, in the order of the trees'
 * leaves.
 * @param specs shapes and dtypes of the arguments, as trees
 * @returns bytes of the model
 * @throws Error naming the primitive if the function uses one that has no ONNX form
 */
export function exportOnnx(fn: JaxFunction, ...specs: SpecTree[]): Uint8Array<ArrayBuffer> {
  const leaves: ArraySpec[] = [];
  const tree = jax.tree.structure(markLeaves(specs, leaves) as never);
  return lower(trace(fn, tree, leaves));
}

/** A tree with the shape and the dtype of an array at every leaf. */
export type SpecTree = ArraySpec | readonly SpecTree[] | { readonly [key: string]: SpecTree };

function isSpec(t: SpecTree): t is ArraySpec {
  return "shape" in t && "dtype" in t && typeof t.dtype === "string";
}

function markLeaves(t: SpecTree, leaves: ArraySpec[]): unknown {
  if (isSpec(t)) return leaves.push(t);
  if (Array.isArray(t)) return t.map((c) => markLeaves(c, leaves));
  return Object.fromEntries(Object.entries(t).map(([k, c]) => [k, markLeaves(c as SpecTree, leaves)]));
}

function flattenArgs(args: readonly TensorTree[], runtime: Runtime): [Tensor[], jax.JsTreeDef] {
  const [leaves, tree] = jax.tree.flatten(args as never) as unknown as [(Tensor | number)[], jax.JsTreeDef];
  const tensors = leaves.map((leaf) => {
    if (typeof leaf === "number") return new runtime.Tensor("float32", Float32Array.of(leaf), []);
    if (leaf && typeof leaf === "object" && "dims" in leaf && "type" in leaf) return leaf;
    throw new TypeError(`compile: arguments are trees of tensors or numbers, got ${leaf}`);
  });
  return [tensors, tree];
}
