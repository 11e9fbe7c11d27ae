// TensorFlow Lite models on LiteRT.js. Its public `run` is a promise, and a rune waits in the middle of its own call; the
// bindings below it, which its types declare, run at once.
import type { LiteRt } from "@litertjs/core";
import { withMemoryMaximum } from "../contents/maxima";
import { readSections } from "../contents/sections";
import { elementCount, isElementName, type Shape } from "../tensors/shape";
import { checkOutput, checkTensor, modelError, tensorBytes, type Interpreter, type Tensors } from "./interpreter";

type Wasm = LiteRt["liteRtWasm"];
type RankedType = ReturnType<Wasm["LiteRtRankedTensorType"]["create"]>;
type Environment = ReturnType<Wasm["LiteRtEnvironment"]["create"]>;
type Model = ReturnType<Wasm["loadModel"]>;
type Buffer = ReturnType<Wasm["LiteRtTensorBuffer"]["createManaged"]>;

/** The global that its script leaves behind. */
export type LiteRtFactory = (module: {
  readonly wasmBinary: Uint8Array<ArrayBuffer>;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}) => Promise<Wasm>;

/** Pages of 64 KiB that all models of a rune may have together with their interpreter: 1 GB. */
const INTERPRETER_PAGES = 16384;
const NEARLY_ALL = 0.9;

/** LiteRT's numbers of element types, as far as a rune has them. */
const ELEMENTS: Readonly<Record<number, string>> = {
  1: "f32",
  2: "i32",
  3: "u8",
  4: "i64",
  5: "utf8",
  6: "bool",
  7: "i16",
  8: "complex64",
  9: "i8",
  10: "f16",
  11: "f64",
  12: "complex128",
  13: "u64",
  16: "u32",
  17: "u16",
  18: "i4",
  19: "bf16",
};

/** LiteRT, started once for all models of a rune. It trusts its files, but in a memory of its own. */
export class LiteRtHost {
  readonly #wasm: Wasm;
  readonly #environment: Environment;
  readonly #errors: string[];
  readonly #name: string;

  private constructor(wasm: Wasm, errors: string[], name: string) {
    this.#wasm = wasm;
    this.#errors = errors;
    this.#name = name;
    this.#environment = wasm.LiteRtEnvironment.create(null);
  }

  /** `binary` is the WebAssembly that belongs to the factory's script. */
  static async start(factory: LiteRtFactory, binary: ArrayBuffer, name: string): Promise<LiteRtHost> {
    const errors: string[] = [];
    const wasmBinary = withMemoryMaximum(readSections(new Uint8Array(binary)), INTERPRETER_PAGES);
    const printErr = (line: string) => {
      if (line.startsWith("ERROR")) errors.push(line);
    };
    const wasm = await factory({ wasmBinary, print: () => undefined, printErr });
    return new LiteRtHost(wasm, errors, name);
  }

  /** Throws a `host-model` or a `memory` error. */
  open(data: Uint8Array, declaredTensors: Tensors | null): Interpreter {
    return this.#explainErrors("the model cannot be loaded", () =>
      this.#open(withoutSignatures(data), declaredTensors),
    );
  }

  #open(data: Uint8Array, declaredTensors: Tensors | null): Interpreter {
    const wasm = this.#wasm;
    const address = wasm._malloc(data.length);
    if (address === 0) throw new Error("out of memory");
    wasm.HEAPU8.set(data, address);
    const model = wasm.loadModel(this.#environment, address, data.length);
    const compiledModel = wasm.compileModel(this.#environment, model, { accelerator: "wasm" });
    if (compiledModel instanceof Promise) throw new Error("this build of LiteRT.js cannot run at once");
    const signature = model.getSignature(0);
    const inputs = this.#shapes("input", signature.inputNames().size(), (index) => model.getInputTensorType(0, index));
    const shapes = this.#shapes("output", signature.outputNames().size(), (index) =>
      model.getOutputTensorType(0, index),
    );
    const outputs = shapes.map((shape, index) => withoutOpen(index, shape, declaredTensors?.outputs[index]));
    const buffers = inputs.map((shape, index) => this.#buffer(model, index, shape));
    const run = (inputs: readonly Uint8Array[]): Uint8Array[] => {
      for (const [index, buffer] of buffers.entries()) this.#write(buffer, inputs[index] ?? new Uint8Array());
      const results = compiledModel.run(0, buffers);
      if (results instanceof Promise) throw new Error("this build of LiteRT.js cannot run at once");
      return results.map((result, index) => {
        const shape = outputs[index];
        const bytes = this.#read(result);
        result.delete();
        return shape === undefined ? bytes : checkOutput(index, shape, bytes);
      });
    };
    return {
      name: this.#name,
      inputs,
      outputs,
      run: (inputs) => this.#explainErrors("the model failed", () => run(inputs)),
      close: () => {
        for (const buffer of buffers) buffer.delete();
        compiledModel.delete();
        model.delete();
        wasm._free(address);
      },
    };
  }

  #shapes(role: "input" | "output", count: number, type: (index: number) => RankedType): Shape[] {
    return Array.from({ length: count }, (_, index) => {
      const tensorType = type(index);
      const { value } = tensorType.elementType();
      const name = ELEMENTS[value] ?? `the type ${value}`;
      if (!isElementName(name)) {
        throw modelError(`${role} ${index} of the model has elements of ${name}, which a rune cannot hand over`);
      }
      const sizes = tensorType.layout().dimensions();
      // A converter writes 1 where a dimension is open, and the interpreters of Python take that.
      const dimensions = Array.from({ length: sizes.size() }, (__, axis) => Math.abs(sizes.get(axis)));
      return checkTensor(role, index, { type: name, dimensions });
    });
  }

  #buffer(model: Model, index: number, shape: Shape): Buffer {
    const wasm = this.#wasm;
    const sizes = new wasm.VectorInt32();
    for (const size of shape.dimensions) sizes.push_back(size);
    const element = model.getInputTensorType(0, index).elementType();
    const type = wasm.LiteRtRankedTensorType.create(element, wasm.LiteRtLayout.create(sizes));
    const { HOST_MEMORY } = wasm.LiteRtTensorBufferType;
    return wasm.LiteRtTensorBuffer.createManaged(this.#environment, HOST_MEMORY, type, tensorBytes(shape));
  }

  #write(buffer: Buffer, data: Uint8Array): void {
    const address = buffer.lock(this.#wasm.LiteRtTensorBufferLockMode.WRITE);
    this.#wasm.HEAPU8.set(data, address);
    buffer.unlock();
  }

  #read(buffer: Buffer): Uint8Array {
    const address = buffer.lock(this.#wasm.LiteRtTensorBufferLockMode.READ);
    const data = this.#wasm.HEAPU8.slice(address, address + buffer.packedSize());
    buffer.unlock();
    return data;
  }

  /** Names an exception of C++ in the words that it logged just before. */
  #explainErrors<Value>(what: string, work: () => Value): Value {
    this.#errors.length = 0;
    try {
      return work();
    } catch (error) {
      if (error instanceof Error && error.name === "host-model") throw error;
      if (this.#wasm.HEAPU8.length >= NEARLY_ALL * INTERPRETER_PAGES * 65536) {
        throw modelError(`${what}: it needs more than the ${INTERPRETER_PAGES / 16} MB that models may have in a page`);
      }
      const message = this.#errors[0] ?? (error instanceof Error ? error.message : String(error));
      throw modelError(`${what}: ${this.#name} says: ${firstLine(message)}`);
    }
  }
}

/**
 * Throws for an output whose dimensions the model tells only once it ran: the bindings make room for outputs before that.
 * Files write a scalar and such an output alike, so what the rune says of it decides.
 */
function withoutOpen(index: number, shape: Shape, declaredShape: Shape | undefined): Shape {
  if (shape.dimensions.length > 0 || declaredShape?.type !== shape.type || elementCount(declaredShape) === 1)
    return shape;
  throw modelError(
    `output ${index} of the model has its dimensions only once it ran, which pages cannot wait for; run the rune with \`rune run\`, ` +
      "or export the model with fixed dimensions",
  );
}

/** `ERROR: [place:line] words` without the place. */
function firstLine(text: string): string {
  const words = text.split("\n").map((line) => line.replace(/^\W*ERROR: (\[[^\]]*\] ?)?/, "").trim());
  return (words.find((line) => line !== "") ?? "no reason").slice(0, 300);
}

/**
 * A copy without its named signatures, as the old interpreters read it: then the first subgraph runs, and the order of
 * its tensors is the model's own. `signature_defs` is the eighth field of a .tflite file's root table.
 */
function withoutSignatures(model: Uint8Array): Uint8Array {
  const copy = model.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  try {
    const root = view.getUint32(0, true);
    const fields = root - view.getInt32(root, true);
    const slot = 4 + 2 * 7;
    if (view.getUint16(fields, true) < slot + 2) return copy;
    const offset = view.getUint16(fields + slot, true);
    if (offset === 0) return copy;
    const list = root + offset + view.getUint32(root + offset, true);
    view.setUint32(list, 0, true);
    return copy;
  } catch (error) {
    if (error instanceof RangeError) throw modelError("the model cannot be loaded: it is cut short or damaged");
    throw error;
  }
}
