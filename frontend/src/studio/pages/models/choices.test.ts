import { describe, expect, test } from "vitest";
import { formsFor, keepsLayers, measuresRanges, modelNameFor, sourcesFor } from "./choices";

describe("the choices for a model", () => {
  test("are files that the server converts, and other models, but never the file that is written", () => {
    const files = ["a.tflite", "b.tflite", "readme.md", "net.KERAS", "net.pt2", "archive.zip"].map((path) => ({
      path,
    }));
    expect(sourcesFor(files, "a.tflite")).toEqual(["net.KERAS", "net.pt2", "b.tflite"]);
  });

  test("have TensorFlow's own form for Keras models alone", () => {
    expect(formsFor("net.keras")).toContain("int8-tensorflow");
    expect(formsFor("net.onnx")).not.toContain("int8-tensorflow");
    expect(formsFor(null)).toContain("int8");
  });

  test("measure ranges and keep layers where the form does", () => {
    expect(["float32", "float16", "int8", "int8-tensorflow", "int9", null].map(measuresRanges)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(["float32", "float16", "int8", "int8-tensorflow", null].map(keepsLayers)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test("propose a name that is not used yet", () => {
    expect(modelNameFor("training/net.keras", new Set())).toBe("net.tflite");
    expect(modelNameFor("net.keras", new Set(["net.tflite", "net-2.tflite"]))).toBe("net-3.tflite");
    expect(modelNameFor("net.tflite", new Set())).toBe("net-2.tflite");
    expect(modelNameFor("", new Set())).toBe("model.tflite");
  });
});
