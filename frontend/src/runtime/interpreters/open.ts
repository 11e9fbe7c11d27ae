// From a model's format to what runs it in a page. The interpreters are not here: a page fetches them when a rune first
// asks for one.
import type { InterpreterName } from "../types";
import { modelError, type Interpreter, type OpenModel, type Tensors } from "./interpreter";
import { LiteRtHost, type LiteRtFactory } from "./litert";

/** An interpreter whose script has run. */
export interface StartedInterpreter {
  /** `LiteRT.js 2.5.3`. */
  readonly name: string;
  /** The global that the script left behind: a factory, or a function that opens models. */
  readonly left: unknown;
  readonly binary: ArrayBuffer | null;
}

/** Rejects with a `host-model` error where an interpreter cannot be had. */
export type FindInterpreter = (name: InterpreterName) => Promise<StartedInterpreter>;

type OpenTfjs = (data: Uint8Array<ArrayBuffer>, declaredTensors: Tensors | null) => Promise<Interpreter>;

const ELSEWHERE: Readonly<Record<string, string>> = {
  "application/onnx-model":
    "pages run no ONNX models; run the rune with `rune run` where onnxruntime is installed, or convert the model to TensorFlow Lite",
  "application/tf-model":
    "a TensorFlow SavedModel runs in no host of this version; convert the model to TensorFlow Lite",
};

/** For a host without interpreters. */
export const openNoModel: OpenModel = (mimetype) =>
  Promise.reject(refusal(mimetype) ?? modelError("this host runs no models"));

/** Opens models on interpreters that are asked for when the first model of their format comes. */
export function modelOpener(find: FindInterpreter): OpenModel {
  let litert: Promise<LiteRtHost> | null = null;

  const startLiteRt = async (): Promise<LiteRtHost> => {
    const { name, left, binary } = await find("litert");
    if (binary === null) throw modelError(`${name} has no WebAssembly file`);
    return LiteRtHost.start(left as LiteRtFactory, binary, name).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw modelError(
        `${name}, which runs such models in a page, cannot be started in this browser: ${why.slice(0, 200)}`,
      );
    });
  };

  return async (mimetype, data, declaredTensors) => {
    const error = refusal(mimetype);
    if (error !== null) throw error;
    if (mimetype === "application/tfjs-model") {
      const { left } = await find("tfjs");
      return (left as OpenTfjs)(data, declaredTensors);
    }
    litert ??= startLiteRt();
    return (await litert).open(data, declaredTensors);
  };
}

function refusal(mimetype: string): Error | null {
  const elsewhere = ELSEWHERE[mimetype];
  if (elsewhere !== undefined) return modelError(elsewhere);
  if (mimetype === "application/tflite-model" || mimetype === "application/tfjs-model") return null;
  return modelError(`The "${mimetype.slice(0, 100)}" format isn't supported`);
}
