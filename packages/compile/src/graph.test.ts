import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { GraphBuilder, Onnx, opset } from "./graph.js";
import { tensor } from "./tensor.js";

const graphOf = (g: GraphBuilder) => fromBinary(ModelProtoSchema, g.finish()).graph;
/** y = x·2, beside whatever else is built. */
function doubled(build: (g: GraphBuilder) => void = () => {}): GraphBuilder {
  const g = new GraphBuilder();
  g.input("x", Onnx.FLOAT, [3]);
  build(g);
  g.output("y", Onnx.FLOAT, [3], g.node("Mul", ["x", g.scalar("float32", 2)]));
  return g;
}

describe("a graph", () => {
  it("runs, under the names of its inputs and outputs, for the operators' version that it states", async () => {
    const bytes = doubled().finish();
    const model = fromBinary(ModelProtoSchema, bytes);
    expect(model.opsetImport.map((o) => [o.domain, Number(o.version)])).toEqual([["", opset]]);
    const session = await ort.InferenceSession.create(bytes);
    const { y } = await session.run({ x: tensor([1, 2, 3], [3]) });
    expect([...(y.data as Float32Array)]).toEqual([2, 4, 6]);
    await session.release();
  });
  it("leaves out what no output needs, nodes and constants", () => {
    const idle = doubled((g) => {
      g.node("Exp", [g.node("Add", ["x", g.constant("float32", [40], new Float32Array(40))])]);
    });
    expect(graphOf(idle)?.node.map((n) => n.opType)).toEqual(["Mul"]);
    expect(graphOf(idle)?.initializer.length).toBe(1);
  });
  it("stores a small constant once, and tells types, shapes and values apart", () => {
    const g = new GraphBuilder();
    const same = [g.scalar("float32", 0.5), g.constant("float32", [], [0.5]), g.scalar("float32", 0.5)];
    expect(new Set(same).size).toBe(1);
    const others = [
      g.constant("float32", [1], [0.5]),
      g.scalar("float64", 0.5),
      g.scalar("float32", -0.5),
      g.scalar("int32", 0),
      g.scalar("float32", 0),
      g.scalar("float32", -0),
    ];
    expect(new Set([...same, ...others]).size).toBe(7);
    expect(g.ints([1, 2])).toBe(g.ints([1, 2]));
    // As words travel in int64, a word and an index are the same.
    expect(g.constant("uint32", [2], [1, 2])).toBe(g.ints([1, 2]));
    expect(g.ints([1, 2])).not.toBe(g.ints([2, 1]));
  });
  it("gives a result two names where it is two outputs, and an input one of its own", async () => {
    const g = new GraphBuilder();
    g.input("x", Onnx.FLOAT, [2]);
    const sum = g.node("Add", ["x", "x"]);
    for (const name of ["a", "b"]) g.output(name, Onnx.FLOAT, [2], sum);
    g.output("c", Onnx.FLOAT, [2], "x");
    g.output("d", Onnx.FLOAT, [2], g.node("Neg", [sum]));
    const session = await ort.InferenceSession.create(g.finish());
    const got = await session.run({ x: tensor([1, 2], [2]) });
    const lists = ["a", "b", "c", "d"].map((name) => [...(got[name].data as Float32Array)]);
    expect(lists).toEqual([
      [2, 4],
      [2, 4],
      [1, 2],
      [-2, -4],
    ]);
    await session.release();
  });
  it("has nodes of several outputs and attributes of every kind", async () => {
    const g = new GraphBuilder();
    g.input("x", Onnx.FLOAT, [2, 3]);
    const [top, at] = g.nodes("TopK", ["x", g.ints([1])], { axis: 1, largest: 1 }, 2);
    g.output("top", Onnx.FLOAT, [2, 1], top);
    g.output("at", Onnx.INT64, [2, 1], at);
    g.output("t", Onnx.FLOAT, [3, 2], g.node("Transpose", ["x"], { perm: [1, 0] }));
    g.output("leaky", Onnx.FLOAT, [2, 3], g.node("LeakyRelu", ["x"], { alpha: { float: 0.5 } }));
    const session = await ort.InferenceSession.create(g.finish());
    const got = await session.run({ x: tensor([1, -4, 3, 7, 5, 6], [2, 3]) });
    expect([...(got.top.data as Float32Array)]).toEqual([3, 7]);
    expect([...(got.at.data as BigInt64Array)].map(Number)).toEqual([2, 0]);
    expect([...(got.t.data as Float32Array)]).toEqual([1, 7, -4, 5, 3, 6]);
    expect([...(got.leaky.data as Float32Array)]).toEqual([1, -2, 3, 7, 5, 6]);
    await session.release();
  });
});
