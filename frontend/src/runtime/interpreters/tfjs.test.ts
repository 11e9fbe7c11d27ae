// Models of TensorFlow.js from zips made here; what a rune says of them counts where they leave something open.
import * as layers from "@tensorflow/tfjs-layers";
import { env, io, tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { parseShape, type Shape } from "../tensors/shape";
import { openTfjsModel } from "./tfjs";
import { zipOf } from "./zip.test-support";

const shape = (text: string): Shape => parseShape(text) ?? { type: "u8", dimensions: [] };
const tensorsOf = (input: string, output: string) => ({ inputs: [shape(input)], outputs: [shape(output)] });
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

env().set("IS_TEST", true);

/** x * 2 + 1, for any number of rows. */
async function layersModel(): Promise<[document: object, weights: Uint8Array]> {
  const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] });
  model.setWeights([tensor([[2]]), tensor([1])]);
  let savedModel: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler((artifacts) => {
      savedModel = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
    }),
  );
  const { modelTopology, weightSpecs, weightData } = savedModel;
  const document = {
    format: "layers-model",
    modelTopology,
    weightsManifest: [{ paths: ["a.bin", "b.bin"], weights: weightSpecs }],
  };
  return [document, new Uint8Array(weightData as ArrayBuffer)];
}

const ATTRIBUTES = { dtype: { type: "DT_INT32" }, shape: { shape: { dim: [{ size: "-1" }, { size: "2" }] } } };
/** x + x in i32, as a graph. */
const GRAPH = {
  format: "graph-model",
  signature: {
    inputs: { x: { name: "x:0", dtype: "DT_INT32", tensorShape: { dim: [{ size: "-1" }, { size: "2" }] } } },
    outputs: { y: { name: "y:0", dtype: "DT_INT32", tensorShape: { dim: [{ size: "-1" }, { size: "2" }] } } },
  },
  modelTopology: {
    node: [
      { name: "x", op: "Placeholder", attr: ATTRIBUTES },
      { name: "y", op: "AddV2", input: ["x", "x"], attr: { T: { type: "DT_INT32" } } },
    ],
    versions: { producer: 1 },
  },
  weightsManifest: [],
};

describe("a TensorFlow.js model", () => {
  test("of layers runs from a nested folder with its shards", async () => {
    const [document, weights] = await layersModel();
    const zip = await zipOf({
      "m/model.json": json(document),
      "m/a.bin": weights.slice(0, 3),
      "m/b.bin": weights.slice(3),
    });
    const model = await openTfjsModel(zip, tensorsOf("f32[3, 1]", "f32[3, 1]"));
    expect([model.inputs, model.outputs]).toEqual([[shape("f32[3, 1]")], [shape("f32[3, 1]")]]);
    expect(model.run([floats(0, 1, 2)])).toEqual([floats(1, 3, 5)]);
    expect(model.name).toMatch(/^TensorFlow\.js \d/);
  });

  test("of a graph gets bytes as integers, and gives them back as bytes", async () => {
    const zip = await zipOf({ "model.json": json(GRAPH) }, "deflate-raw");
    const model = await openTfjsModel(zip, tensorsOf("u8[1, 2]", "u8[1, 2]"));
    expect(model.run([Uint8Array.of(3, 100)])).toEqual([Uint8Array.of(6, 200)]);
  });

  test("keeps its own sizes where the rune says others", async () => {
    const model = await openTfjsModel(await zipOf({ "model.json": json(GRAPH) }), tensorsOf("f32[1, 7]", "f32[1, 7]"));
    expect(model.inputs).toEqual([shape("i32[1, 2]")]);
  });

  test.each([
    [{ "model.json": json({ ...GRAPH, format: "other" }) }, "graph-model or layers-model"],
    [{ "other.json": json(GRAPH) }, "no model.json"],
    [{ "model.json": json({ ...GRAPH, weightsManifest: [{ paths: ["w.bin"], weights: [] }] }) }, "lacks w.bin"],
  ])("that lacks something is refused: %#", async (files, words) => {
    await expect(openTfjsModel(await zipOf(files), null)).rejects.toMatchObject({
      name: "host-model",
      message: expect.stringContaining(words) as string,
    });
  });

  test("that is no zip, or a zip cut short, is refused", async () => {
    const zip = await zipOf({ "model.json": json(GRAPH) });
    for (const data of [Uint8Array.of(1, 2), zip.slice(40)]) {
      await expect(openTfjsModel(data, null)).rejects.toMatchObject({ name: "host-model" });
    }
  });
});
