/** ONNX files made by others: what they take and give, and results from inside of them. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as Onnx,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { bytesOf, type TypedArray } from "./dtype.js";
import type { Tensor } from "./tensor.js";

/** An input or an output of an ONNX model. */
export interface OnnxPort {
  /** Name of its tensor. */
  name: string;
  /** Sizes of its axes: a number, or for a free one its name (`""` without one). Empty for a scalar or an unknown shape. */
  dims: (number | string)[];
}

/** What an ONNX model takes and gives. */
export interface OnnxSummary {
  /** Inputs that a caller must give: those without a value in the file. */
  inputs: OnnxPort[];
  /** Outputs, in the order of the file. */
  outputs: OnnxPort[];
}

function parse(file: Uint8Array): ModelProto {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, file);
  } catch {
    throw new Error("not an ONNX file");
  }
  if (!model.graph || model.graph.node.length === 0) throw new Error("not an ONNX file: it holds no graph");
  return model;
}

function portOf({ name, type }: ValueInfoProto): OnnxPort {
  const shape = type?.value.case === "tensorType" ? type.value.value.shape : undefined;
  const dims = (shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : (value.value ?? ""),
  );
  return { name, dims };
}

/** What `packOnnx` puts into a model. */
export interface PackOptions {
  /** Weights (float32, float64 or int32) that become initializers in place of inputs, by the inputs' names. */
  weights: Readonly<Record<string, Tensor>>;
  /** New names of the other inputs and of the outputs, by their old names (`in0…`, `out0…`). */
  names: Readonly<Record<string, string>>;
}

/** What one file of Google's format can hold. */
const maxBytes = 2 ** 31 - 2 ** 20;

const elementTypes: Readonly<Record<string, Onnx>> = { float32: Onnx.FLOAT, float64: Onnx.DOUBLE, int32: Onnx.INT32 };

/**
 * A model of `exportOnnx` with its weights inside, and with new names for its other inputs and its outputs.
 * @param file bytes of the model
 * @returns bytes of the packed model
 * @throws RangeError if model and weights are larger than one protobuf file can be, 2 GiB
 * @throws Error if the bytes are no ONNX file
 */
export function packOnnx(file: Uint8Array, { weights, names }: PackOptions): Uint8Array<ArrayBuffer> {
  const bytes = Object.values(weights).reduce((sum, t) => sum + (t.data as ArrayBufferView).byteLength, file.length);
  if (bytes > maxBytes)
    throw new RangeError(
      `packOnnx: an ONNX file holds 2 GiB at most, the weights take ${(bytes / 2 ** 30).toFixed(1)}`,
    );
  const model = parse(file);
  const graph = model.graph as NonNullable<ModelProto["graph"]>;
  graph.input = graph.input.filter((i) => !weights[i.name]);
  for (const [name, t] of Object.entries(weights))
    graph.initializer.push(
      create(TensorProtoSchema, {
        name,
        dataType: elementTypes[t.type],
        dims: t.dims.map(BigInt),
        rawData: bytesOf(t.data as TypedArray),
      }),
    );
  const renamed = (name: string) => names[name] ?? name;
  for (const port of [...graph.input, ...graph.output]) port.name = renamed(port.name);
  for (const node of graph.node) {
    node.input = node.input.map(renamed);
    node.output = node.output.map(renamed);
  }
  return toBinary(ModelProtoSchema, model);
}

/**
 * The inputs that a caller must give, and the outputs, of an ONNX model.
 * @param file bytes of the model
 * @throws Error if the bytes are no ONNX file
 */
export function summarizeOnnx(file: Uint8Array): OnnxSummary {
  const graph = parse(file).graph as NonNullable<ModelProto["graph"]>;
  const stored = new Set(graph.initializer.map((i) => i.name));
  return {
    inputs: graph.input.filter((i) => !stored.has(i.name)).map(portOf),
    outputs: graph.output.map(portOf),
  };
}

/**
 * The model with one float32 output: the first result of the node called `name`, or else the result of that name. A
 * quantised result is dequantised.
 * @param file bytes of the model
 * @returns bytes of the new model, and the name of its output
 * @throws Error if the model has no such node or result, or the bytes are no ONNX file
 */
export function withOutput(file: Uint8Array, name: string): { bytes: Uint8Array<ArrayBuffer>; output: string } {
  const model = parse(file);
  const graph = model.graph as NonNullable<ModelProto["graph"]>;
  const node = graph.node.find((n) => n.name === name) ?? graph.node.find((n) => n.output.includes(name));
  if (!node) throw new Error(`the ONNX model has no node or result named "${name}"`);
  const result = node.output.includes(name) ? name : node.output[0];
  let output = result;
  if (/^QLinear|^QuantizeLinear$/.test(node.opType)) {
    // The scale and the zero point of the result come last, but for a convolution, which has its bias there.
    const [scale, zero] = node.opType === "QLinearConv" ? node.input.slice(6, 8) : node.input.slice(-2);
    output = `${result}_numbers`;
    graph.node.push(
      create(NodeProtoSchema, { opType: "DequantizeLinear", input: [result, scale, zero], output: [output] }),
    );
  }
  graph.output = [
    create(ValueInfoProtoSchema, {
      name: output,
      type: { value: { case: "tensorType", value: { elemType: Onnx.FLOAT } } },
    }),
  ];
  return { bytes: toBinary(ModelProtoSchema, model), output };
}

/**
 * A network of one input [n, 3, height, width] and one output as an encoder: from `pixels` [n, 3, height, width] in
 * 0…1, which it standardises itself, to `embedding` [n, width], the output flattened.
 * @param file bytes of the model
 * @param options mean and standard deviation of each colour channel, [3], in the units of the pixels
 * @returns bytes of the encoder
 * @throws Error if the bytes are no ONNX file
 */
export function asEncoder(
  file: Uint8Array,
  { mean, std }: { mean: readonly number[]; std: readonly number[] },
): Uint8Array<ArrayBuffer> {
  const model = parse(file);
  const graph = model.graph as NonNullable<ModelProto["graph"]>;
  const stored = new Set(graph.initializer.map((i) => i.name));
  const input = graph.input.find((i) => !stored.has(i.name)) as ValueInfoProto;
  const [inner, result] = [input.name, graph.output[0].name];
  const constant = (name: string, values: readonly number[]) =>
    graph.initializer.push(
      create(TensorProtoSchema, {
        name,
        dataType: Onnx.FLOAT,
        dims: [1n, 3n, 1n, 1n],
        rawData: bytesOf(Float32Array.from(values)),
      }),
    );
  constant("pixels_mean", mean);
  constant("pixels_std", std);
  const node = (opType: string, from: string[], to: string) =>
    create(NodeProtoSchema, { opType, input: from, output: [to] });
  input.name = "pixels";
  graph.node.unshift(
    node("Sub", ["pixels", "pixels_mean"], "pixels_centred"),
    node("Div", ["pixels_centred", "pixels_std"], inner),
  );
  graph.node.push(node("Flatten", [result], "embedding"));
  graph.output = [
    create(ValueInfoProtoSchema, {
      name: "embedding",
      type: { value: { case: "tensorType", value: { elemType: Onnx.FLOAT } } },
    }),
  ];
  return toBinary(ModelProtoSchema, model);
}
