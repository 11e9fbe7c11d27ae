import { describe, expect, test } from "vitest";
import { readType, shapeOf } from "./tensor-type";

describe("the type of a tensor", () => {
  test("is read from the language's words", () => {
    expect(readType("f32[1, 28, 28]")).toEqual({ type: "f32", dimensions: [1, 28, 28] });
    expect(readType("utf8[]")).toEqual({ type: "utf8", dimensions: [] });
    expect(readType(null)).toBeNull();
  });

  test("has a shape that people write in several ways", () => {
    expect([shapeOf("1, 28, 28"), shapeOf("[1,28,28]"), shapeOf("1 x 28 × 28"), shapeOf("")]).toEqual([
      [1, 28, 28],
      [1, 28, 28],
      [1, 28, 28],
      [],
    ]);
    expect([shapeOf("0"), shapeOf("-1"), shapeOf("1.5"), shapeOf("wide")]).toEqual([null, null, null, null]);
  });
});
