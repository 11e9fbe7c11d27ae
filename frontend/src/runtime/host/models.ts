// The imports by which a rune has its host run a model, those of Rune before 0.5 as well. Models are opened after
// `_manifest`, since interpreters are fetched and started while nothing of the rune runs.
import { MIMETYPE_BYTES, MODEL_BYTES, MODEL_LIMIT, MODEL_TENSOR_LIMIT, SHAPE_BYTES } from "../../declared/run-limits";
import { RuneError } from "../errors";
import type { GuestMemory } from "./guest-memory";
import type { Handles } from "./handles";
import {
  asModelError,
  shapesText,
  modelError,
  tensorBytes,
  type Interpreter,
  type OpenModel,
  type Tensors,
} from "../interpreters/interpreter";
import { elementCount, parseShape, shapeText, type Shape } from "../tensors/shape";
import type { HostModel } from "../types";

const TFLITE = "application/tflite-model";

interface Request {
  readonly id: number;
  readonly mimetype: string;
  readonly data: Uint8Array<ArrayBuffer>;
  /** The rune's description of the model's tensors; null before 0.5. */
  readonly declaredTensors: Tensors | null;
}

/** Runs no model: for a copy of a rune that only shows what it reads. */
const NOTHING = Symbol("nothing");

export class HostModels {
  readonly #memory: GuestMemory;
  readonly #handles: Handles;
  #requests: Request[] = [];
  #bytes = 0;
  readonly #interpreters = new Map<number, Interpreter | typeof NOTHING>();
  #loadedModels: readonly HostModel[] = [];
  /** Milliseconds that the models of this run took. */
  milliseconds = 0;

  constructor(memory: GuestMemory, handles: Handles) {
    this.#memory = memory;
    this.#handles = handles;
  }

  /** The models of the rune that are open, in the order of the requests. */
  get loadedModels(): readonly HostModel[] {
    return this.#loadedModels;
  }

  /** `rune_model_load`. */
  load(values: readonly number[]): number {
    const [mimeAt = 0, mimeSize = 0, at = 0, size = 0, inputsAt = 0, inputs = 0, outputsAt = 0, outputs = 0] = values;
    const name = "rune_model_load";
    const mimetype = new TextDecoder().decode(this.#memory.bytes(name, mimeAt, mimeSize).slice(0, MIMETYPE_BYTES));
    const declaredTensors = {
      inputs: this.#shapes(inputsAt, inputs >>> 0),
      outputs: this.#shapes(outputsAt, outputs >>> 0),
    };
    return this.#request(name, mimetype, at, size, declaredTensors);
  }

  /** `tfm_preload_model`: a TensorFlow Lite model without any description. */
  preload(at: number, size: number): number {
    return this.#request("tfm_preload_model", TFLITE, at, size, null);
  }

  /** Opens what was asked for. What the rune says of a model's tensors must be what the model says. */
  async open(openModel: OpenModel): Promise<void> {
    const loadedModels: HostModel[] = [];
    for (const request of this.#requests) {
      const interpreter = await openRequest(request, openModel);
      this.#interpreters.set(request.id, interpreter);
      const { id, mimetype, data } = request;
      const texts = { inputs: interpreter.inputs.map(shapeText), outputs: interpreter.outputs.map(shapeText) };
      loadedModels.push({ id, mimetype, size: data.length, ...texts, runtime: interpreter.name });
    }
    this.#requests = [];
    this.#loadedModels = loadedModels;
  }

  /** Lets models be asked for without running any: outputs stay as they are. */
  openNothing(): void {
    for (const { id } of this.#requests) this.#interpreters.set(id, NOTHING);
    this.#requests = [];
  }

  close(): void {
    for (const interpreter of this.#interpreters.values()) if (interpreter !== NOTHING) interpreter.close();
    this.#interpreters.clear();
  }

  /** `rune_model_infer`: an address for each tensor; their lengths follow from the types. */
  infer(handle: number, inputsAt: number, outputsAt: number): number {
    const name = "rune_model_infer";
    const interpreter = this.#find(name, handle);
    if (interpreter === NOTHING) return 0;
    const { inputs, outputs } = interpreter;
    const from = this.#memory.words(name, inputsAt, inputs.length);
    const to = this.#memory.words(name, outputsAt, outputs.length);
    const inputBytes = inputs.map((shape, index) => this.#memory.range(name, from[index] ?? 0, tensorBytes(shape)));
    const targets = outputs.map((shape, index) => this.#memory.range(name, to[index] ?? 0, tensorBytes(shape)));
    this.#run(interpreter, inputBytes, targets);
    return 0;
  }

  /** `tfm_model_invoke`: one input and one output, each with its bytes. */
  invoke(values: readonly number[]): number {
    const [handle = 0, inputAt = 0, inputSize = 0, outputAt = 0, outputSize = 0] = values;
    const name = "tfm_model_invoke";
    const interpreter = this.#find(name, handle);
    if (interpreter === NOTHING) return 0;
    const inputBytes = this.#memory.bytes(name, inputAt, inputSize);
    const target = this.#memory.bytes(name, outputAt, outputSize);
    const { inputs, outputs } = interpreter;
    if (
      String(inputs.map(tensorBytes)) !== String([inputBytes.length]) ||
      String(outputs.map(tensorBytes)) !== String([target.length])
    ) {
      throw new RuneError(
        "request",
        `The rune runs the model ${handle} with ${inputBytes.length} bytes for ${target.length}, but its tensors are ` +
          `${shapesText(inputs)} for ${shapesText(outputs)}.`,
      );
    }
    this.#run(interpreter, [inputBytes], [target]);
    return 0;
  }

  #request(name: string, mimetype: string, at: number, size: number, declaredTensors: Tensors | null): number {
    const data = this.#memory.bytes(name, at, size);
    if (this.#requests.length + this.#interpreters.size >= MODEL_LIMIT) {
      throw new RuneError("stopped", `The rune was stopped: it loaded more than ${MODEL_LIMIT} models.`);
    }
    this.#bytes += data.length;
    if (this.#bytes > MODEL_BYTES) {
      throw new RuneError("stopped", `The rune was stopped: its models have more than ${MODEL_BYTES} bytes together.`);
    }
    const id = this.#handles.take();
    this.#requests.push({ id, mimetype, data: data.slice(), declaredTensors });
    return id;
  }

  #find(name: string, handle: number): Interpreter | typeof NOTHING {
    const model = this.#interpreters.get(handle);
    if (model !== undefined) return model;
    if (this.#requests.some(({ id }) => id === handle)) {
      throw new RuneError("request", `The rune called ${name} before it was loaded.`);
    }
    throw new RuneError("request", `The rune runs the model ${handle}, which it never loaded.`);
  }

  #run(interpreter: Interpreter, inputs: readonly Uint8Array[], targets: readonly Uint8Array[]): void {
    const start = performance.now();
    const results = runNamed(interpreter, inputs);
    this.milliseconds += performance.now() - start;
    for (const [index, target] of targets.entries()) target.set(results[index] ?? []);
  }

  #shapes(address: number, count: number): Shape[] {
    if (count > MODEL_TENSOR_LIMIT) {
      throw new RuneError(
        "request",
        `The rune loads a model of ${count} tensors, more than the limit of ${MODEL_TENSOR_LIMIT}.`,
      );
    }
    const words = this.#memory.words("rune_model_load", address, count * 2);
    return Array.from({ length: count }, (_, index) => this.#shape(words[index * 2] ?? 0, words[index * 2 + 1] ?? 0));
  }

  #shape(address: number, size: number): Shape {
    const text = new TextDecoder().decode(this.#memory.bytes("rune_model_load", address, size).slice(0, SHAPE_BYTES));
    const shape = parseShape(text);
    if (shape !== null && Number.isSafeInteger(elementCount(shape))) return shape;
    throw new RuneError(
      "request",
      `The rune describes a tensor of its model in a way that cannot be read: ${text.slice(0, 200)}`,
    );
  }
}

async function openRequest({ mimetype, data, declaredTensors }: Request, openModel: OpenModel): Promise<Interpreter> {
  const about =
    declaredTensors === null
      ? ""
      : ` with inputs ${shapesText(declaredTensors.inputs)} and outputs ${shapesText(declaredTensors.outputs)}`;
  try {
    const interpreter = await openModel(mimetype, data, declaredTensors);
    if (declaredTensors !== null) {
      requireSame(declaredTensors.inputs, interpreter.inputs);
      requireSame(declaredTensors.outputs, interpreter.outputs);
    }
    return interpreter;
  } catch (error) {
    const { name, message } = asModelError(error);
    throw new RuneError(name, `Unable to load the "${mimetype.slice(0, 100)}" model${about}: ${message}`);
  }
}

function runNamed(interpreter: Interpreter, inputs: readonly Uint8Array[]): Uint8Array[] {
  try {
    return interpreter.run(inputs);
  } catch (error) {
    throw asModelError(error);
  }
}

function requireSame(declaredShapes: readonly Shape[], actual: readonly Shape[]): void {
  if (shapesText(declaredShapes) !== shapesText(actual)) {
    throw modelError(
      `The Rune said tensors would be ${shapesText(declaredShapes)}, but the model said they would be ${shapesText(actual)}`,
    );
  }
}
