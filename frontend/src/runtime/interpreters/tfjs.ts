// TensorFlow.js models, on its processor backend. A script of its own, fetched when a rune brings such a model; what it
// leaves behind is `openTfjsModel`.
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { io, setBackend, tensor, tidy, version_core, type Tensor } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { isNumberName, NUMBER_ARRAYS } from "../tensors/number-arrays";
import { isRecord } from "../records";
import { elementCount, type Shape } from "../tensors/shape";
import type { ElementName, Numbers } from "../types";
import { checkOutput, checkTensor, modelError, type Interpreter, type Tensors } from "./interpreter";
import { unzip } from "./zip";

interface NamedTensor {
  readonly name: string;
  readonly dtype: string;
  /** Null or -1 where a size is open. */
  readonly shape?: readonly (number | null)[];
}

/** Both kinds of models, as one. */
interface Model {
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
  readonly execute: (inputs: Tensor[]) => Tensor | Tensor[];
}

/** Loads a zip of model.json and its shards, in a folder or not. Throws a `host-model` error. */
export async function openTfjsModel(
  data: Uint8Array<ArrayBuffer>,
  declaredTensors: Tensors | null,
): Promise<Interpreter> {
  await setBackend("cpu");
  const model = await load(readModel(await unzip(data)));
  const inputs = model.inputs.map((node, index) =>
    checkTensor("input", index, shapeOf(node, declaredTensors?.inputs[index])),
  );
  const outputs = model.outputs.map((node, index) =>
    checkTensor("output", index, shapeOf(node, declaredTensors?.outputs[index])),
  );
  const run = (buffers: readonly Uint8Array[]): Uint8Array[] =>
    tidy(() => {
      const tensors = inputs.map((shape, index) =>
        tensorOf(shape, model.inputs[index], buffers[index] ?? new Uint8Array()),
      );
      const results = model.execute(tensors);
      const list = Array.isArray(results) ? results : [results];
      return outputs.map((shape, index) => {
        const result = list[index];
        if (result === undefined) throw modelError(`the model gave no output ${index}`);
        return checkOutput(index, shape, narrowed(shape, result));
      });
    });
  return { name: `TensorFlow.js ${version_core}`, inputs, outputs, run, close: () => undefined };
}

async function load(artifacts: io.ModelArtifacts): Promise<Model> {
  const handler = io.fromMemory(artifacts);
  if (artifacts.format === "layers-model") {
    const model = await loadLayersModel(handler);
    return { inputs: model.inputs, outputs: model.outputs, execute: (inputs) => model.predict(inputs) };
  }
  const model = await loadGraphModel(handler);
  const names = model.outputs.map(({ name }) => name);
  return { inputs: model.inputs, outputs: model.outputs, execute: (inputs) => model.execute(inputs, names) };
}

function readModel(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): io.ModelArtifacts {
  const path = [...files.keys()]
    .filter((name) => /(^|\/)model\.json$/.test(name))
    .toSorted((left, right) => left.split("/").length - right.split("/").length)[0];
  const document = path === undefined ? null : parseObject(files.get(path));
  if (path === undefined || document === null) throw modelError("its zip has no model.json that can be read");
  const { format } = document;
  if (format !== "graph-model" && format !== "layers-model") {
    throw modelError(
      `its model.json must say the format graph-model or layers-model, but says ${String(format).slice(0, 50)}`,
    );
  }
  const folder = path.slice(0, -"model.json".length);
  const groups = Array.isArray(document.weightsManifest) ? document.weightsManifest.filter(isRecord) : [];
  const shards = groups
    .flatMap(({ paths }) => listOf(paths))
    .map((name) => {
      const shard = files.get(folder + String(name));
      if (shard === undefined) throw modelError(`its zip lacks ${String(name).slice(0, 100)}, which model.json names`);
      return shard;
    });
  return {
    ...document,
    format,
    modelTopology: isRecord(document.modelTopology) ? document.modelTopology : {},
    weightSpecs: groups.flatMap(({ weights }) => listOf(weights)) as io.WeightsManifestEntry[],
    weightData: joined(shards),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function parseObject(data: Uint8Array | undefined): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result.buffer;
}

/** The model's own shape; where it leaves a size open, or has i32 for any integer, what the rune says counts. */
function shapeOf(node: NamedTensor, declaredShape: Shape | undefined): Shape {
  const isInteger = node.dtype === "int32" || node.dtype === "bool";
  if (!isInteger && node.dtype !== "float32")
    throw modelError(`the model's ${node.name} has elements of ${node.dtype}`);
  const own: ElementName = isInteger ? "i32" : "f32";
  const type =
    declaredShape !== undefined && isNumberName(declaredShape.type) && declaredShape.type.startsWith("f") !== isInteger
      ? declaredShape.type
      : own;
  // A graph model may not say what comes out.
  const sizes = node.shape;
  if (sizes === undefined) return { type, dimensions: declaredShape?.dimensions ?? [] };
  const isFitting = declaredShape?.dimensions.length === sizes.length;
  const dimensions = sizes.map((size, axis) =>
    size === null || size < 0 ? ((isFitting ? declaredShape.dimensions[axis] : undefined) ?? 1) : size,
  );
  return { type, dimensions };
}

/** Numbers of TensorFlow.js are f32 or i32; a rune's are widened on the way in and narrowed on the way out. */
function arrayOf(type: ElementName): new (from: ArrayBuffer | number) => Numbers {
  return isNumberName(type) ? NUMBER_ARRAYS[type] : Uint8Array;
}

function tensorOf(shape: Shape, node: NamedTensor | undefined, bytes: Uint8Array): Tensor {
  const Elements = arrayOf(shape.type);
  const values = new Elements(bytes.slice().buffer);
  const isInteger = node?.dtype !== "float32";
  return tensor(
    isInteger ? Int32Array.from(values) : Float32Array.from(values),
    [...shape.dimensions],
    isInteger ? "int32" : "float32",
  );
}

function narrowed(shape: Shape, result: Tensor): Uint8Array {
  const Elements = arrayOf(shape.type);
  const numbers = result.dataSync();
  if (numbers.length !== elementCount(shape))
    throw modelError(`the model gave [${result.shape.join(", ")}] for [${shape.dimensions.join(", ")}]`);
  const values = new Elements(numbers.length);
  values.set(numbers);
  return new Uint8Array(values.buffer);
}

Reflect.set(globalThis, "openTfjsModel", openTfjsModel);
