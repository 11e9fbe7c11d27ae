// A model that can be run, as its host sees it. No interpreter is known here.
import { RuneError } from "../errors";
import { elementCount, elementSize, shapeText, type Shape } from "../tensors/shape";

/** Bytes that one tensor of a host model may have. */
const TENSOR_LIMIT = 256 << 20;

/** A loaded model. Tensors are little-endian bytes, row-major, of exactly the size of their type. */
export interface Interpreter {
  /** The runtime with its version: `LiteRT.js 2.5.3`. */
  readonly name: string;
  /** In the model's order. */
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  /** Runs the model once, before it returns: the rune waits in the middle of its own call. Throws a `host-model` error. */
  run(inputs: readonly Uint8Array[]): Uint8Array[];
  close(): void;
}

/** The tensors of a model, as a rune says them. */
export interface Tensors {
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
}

/**
 * Loads a model of a mimetype from its bytes. The `declaredTensors` of the rune (null before 0.5) count where the
 * model leaves something open. Throws a `host-model` error.
 */
export type OpenModel = (
  mimetype: string,
  data: Uint8Array<ArrayBuffer>,
  declaredTensors: Tensors | null,
) => Promise<Interpreter>;

export function tensorBytes(shape: Shape): number {
  return elementCount(shape) * elementSize(shape.type);
}

export function shapesText(shapes: readonly Shape[]): string {
  return `[${shapes.map(shapeText).join(", ")}]`;
}

/** Throws for what a rune cannot hand to its host. */
export function checkTensor(role: "input" | "output", index: number, shape: Shape): Shape {
  if (shape.type === "utf8") {
    throw modelError(`${role} ${index} of the model has elements of utf8, which a rune cannot hand over`);
  }
  if (!(tensorBytes(shape) <= TENSOR_LIMIT)) {
    throw modelError(
      `${role} ${index} of the model is ${shapeText(shape)}, more than the limit of ${TENSOR_LIMIT} bytes`,
    );
  }
  return shape;
}

/** Throws unless the bytes are as many as the model's output has. */
export function checkOutput(index: number, shape: Shape, data: Uint8Array): Uint8Array {
  const size = tensorBytes(shape);
  if (data.length === size) return data;
  throw modelError(`output ${index} of the model is ${shapeText(shape)} (${size} bytes), but was ${data.length}`);
}

export function modelError(message: string): RuneError {
  return new RuneError("host-model", message);
}

/** Whatever an interpreter threw. One that came as a script of its own has an error class of its own. */
export function asModelError(error: unknown): RuneError {
  if (error instanceof RuneError) return error;
  return modelError(error instanceof Error ? error.message : String(error));
}
