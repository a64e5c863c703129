/**
 * Builds an ONNX model: nodes, initializers, inputs, outputs. Knows the file format and nothing of jaxprs.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttrType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType as Onnx,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { bytesOf, type DType, innerBytes } from "./dtype.js";
import { innerType } from "./onnx-type.js";

export { Onnx };

/** Attribute values: integers, integer lists and strings as they are; floats must say so. */
export type Attr = number | readonly number[] | string | { float: number };

/** Version of the ONNX operator set that every graph is written for. */
export const opset = 21;

/** An ONNX graph under construction: nodes, initializers, inputs and outputs, joined by the names of tensors. */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #constants = new Map<string, string>();
  /** Results that became outputs, and their new names. */
  readonly #renamed = new Map<string, string>();
  #next = 0;

  /** A tensor name that is not yet in use. */
  fresh(): string {
    return `v${this.#next++}`;
  }

  /**
   * Declares a graph input.
   * @param dims sizes of its axes, all of them fixed
   */
  input(name: string, type: Onnx, dims: readonly number[]): void {
    this.#inputs.push(valueInfo(name, type, dims));
  }

  /**
   * Makes the tensor `ref` the graph output `name`: under that name if a node makes it and it has none yet, else by an
   * `Identity`.
   * @param dims sizes of its axes
   */
  output(name: string, type: Onnx, dims: readonly number[], ref: string): void {
    this.#outputs.push(valueInfo(name, type, dims));
    const made = this.#nodes.some((n) => n.output.includes(ref));
    if (made && !this.#renamed.has(ref)) this.#renamed.set(ref, name);
    else this.emit("Identity", [ref], [name]);
  }

  /** Adds a node and returns the names of its outputs; `""` in `inputs` skips an optional one. */
  nodes(opType: string, inputs: string[], attrs: Record<string, Attr> = {}, outputs = 1): string[] {
    const names = Array.from({ length: outputs }, () => this.fresh());
    this.emit(opType, inputs, names, attrs);
    return names;
  }

  /** Adds a node with one output and returns the output's name; `""` in `inputs` skips an optional one. */
  node(opType: string, inputs: string[], attrs: Record<string, Attr> = {}): string {
    return this.nodes(opType, inputs, attrs)[0];
  }

  /** Adds a node whose outputs have the given names. */
  emit(opType: string, input: string[], output: string[], attrs: Record<string, Attr> = {}): void {
    const attribute = Object.entries(attrs).map(([name, value]) => attributeProto(name, value));
    this.#nodes.push(create(NodeProtoSchema, { opType, input, output, attribute }));
  }

  /**
   * Name of an initializer in the dtype's inner type; equal constants of at most 64 bytes are stored once.
   * @param dims sizes of its axes
   * @param values elements, last axis fastest
   */
  constant(dtype: DType, dims: readonly number[], values: ArrayLike<number>): string {
    return this.#initializer(innerType[dtype], dims, innerBytes(dtype, values));
  }

  /** Name of an int64 vector [values.length], as ONNX wants shapes, axes and indices. */
  ints(values: readonly number[]): string {
    return this.#initializer(Onnx.INT64, [values.length], bytesOf(BigInt64Array.from(values, BigInt)));
  }

  /** Name of a scalar (no axes) of the dtype's inner type. */
  scalar(dtype: DType, value: number): string {
    return this.constant(dtype, [], [value]);
  }

  #initializer(dataType: Onnx, dims: readonly number[], rawData: Uint8Array<ArrayBuffer>): string {
    const key = rawData.byteLength <= 64 ? `${dataType}:${dims}:${rawData}` : undefined;
    const known = key && this.#constants.get(key);
    if (known) return known;
    const name = this.fresh();
    this.#initializers.push(create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData }));
    if (key) this.#constants.set(key, name);
    return name;
  }

  /** The finished model as the bytes of an `.onnx` file, without the nodes that no output needs. */
  finish(): Uint8Array<ArrayBuffer> {
    for (const n of this.#nodes) {
      n.input = n.input.map((name) => this.#renamed.get(name) ?? name);
      n.output = n.output.map((name) => this.#renamed.get(name) ?? name);
    }
    const live = new Set(this.#outputs.map((o) => o.name));
    const node: NodeProto[] = [];
    for (const n of this.#nodes.toReversed()) {
      if (!n.output.some((name) => live.has(name))) continue;
      for (const name of n.input) live.add(name);
      node.push(n);
    }
    node.reverse();
    const graph = create(GraphProtoSchema, {
      name: "jaxpr",
      node,
      initializer: this.#initializers.filter((i) => live.has(i.name)),
      input: this.#inputs,
      output: this.#outputs,
    });
    const model = create(ModelProtoSchema, {
      irVersion: 10n,
      producerName: "geodrift",
      opsetImport: [{ domain: "", version: BigInt(opset) }],
      graph,
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function valueInfo(name: string, elemType: Onnx, dims: readonly number[]): ValueInfoProto {
  const dim = dims.map((d) => ({ value: { case: "dimValue" as const, value: BigInt(d) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } },
  });
}

function attributeProto(name: string, value: Attr): AttributeProto {
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: AttrType.INT, i: BigInt(value) });
  if (typeof value === "string")
    return create(AttributeProtoSchema, {
      name,
      type: AttrType.STRING,
      s: Uint8Array.from(value, (c) => c.charCodeAt(0)),
    });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: AttrType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttrType.INTS, ints: value.map(BigInt) });
}
