import { describe, expect, it } from "vitest";
import { exampleOf, meantBy, type Schema } from "./api-example.js";

const named: Record<string, Schema> = {
  Place: { type: "object", properties: { lat: { type: "number" }, lng: { type: "number" } }, required: ["lat", "lng"] },
  Tree: { type: "object", properties: { child: { $ref: "#/components/schemas/Tree" } }, required: ["child"] },
};

describe("an example of a body", () => {
  it.each<[Schema, unknown]>([
    [{ type: "string" }, ""],
    [{ type: "integer", minimum: 3 }, 3],
    [{ type: "number", maximum: 0.5 }, 0.5],
    [{ enum: ["a", "b"] }, "a"],
    [{ type: ["string", "null"] }, ""],
    [{ oneOf: [{ const: 7 }, { type: "string" }] }, 7],
    [{ type: "array", items: { $ref: "#/components/schemas/Place" } }, [{ lat: 1, lng: 1 }]],
    [
      {
        type: "object",
        properties: { must: { type: "boolean" }, may: { type: "string" }, usual: { type: "number", default: 5 } },
        required: ["must"],
      },
      { must: false, usual: 5 },
    ],
  ])("of %j is %j", (schema, expected) => {
    expect(exampleOf(schema, named)).toEqual(expected);
  });

  it("ends where a schema holds itself", () => {
    expect(JSON.stringify(exampleOf({ $ref: "#/components/schemas/Tree" }, named)).length).toBeLessThan(200);
    expect(meantBy({ $ref: "#/components/schemas/Nothing" }, named)).toEqual({});
  });
});
