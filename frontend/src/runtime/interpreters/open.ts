// From a model's format to what runs it in a page. The interpreters' files are not here: a page fetches them when a rune
// first asks for one.
import type { InterpreterFiles, InterpreterName } from "../types";
import { modelError, type Interpreter, type OpenModel, type Tensors } from "./interpreter";
import { LiteRtHost, type LiteRtFactory } from "./litert";

/** Gives the files of an interpreter. Throws a `host-model` error where they cannot be had. */
export type FetchInterpreter = (name: InterpreterName) => Promise<InterpreterFiles>;

/** Runs an interpreter's script and gives what it leaves behind under a name. */
export type RunScript = (script: string, leaves: string) => unknown;

type OpenTfjs = (data: Uint8Array<ArrayBuffer>, said: Tensors | null) => Promise<Interpreter>;

const ELSEWHERE: Readonly<Record<string, string>> = {
  "application/onnx-model":
    "pages run no ONNX models; run the rune with `rune run` where onnxruntime is installed, or convert the model to TensorFlow Lite",
  "application/tf-model": "a TensorFlow SavedModel runs in no host of this version; convert the model to TensorFlow Lite",
};

/** For a host without interpreters. */
export const openNoModel: OpenModel = (mimetype) => Promise.reject(refusal(mimetype) ?? modelError("this host runs no models"));

/** Opens models on interpreters that are fetched when the first model of their format comes. */
export function modelOpener(fetchInterpreter: FetchInterpreter, runScript: RunScript): OpenModel {
  let litert: Promise<LiteRtHost> | null = null;
  let tfjs: Promise<OpenTfjs> | null = null;

  const startLiteRt = async (): Promise<LiteRtHost> => {
    const { name, script, binary } = await fetchInterpreter("litert");
    if (binary === null) throw modelError(`${name} came without its WebAssembly`);
    const factory = runScript(script, "ModuleFactory") as LiteRtFactory;
    return LiteRtHost.start(factory, binary, name).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw modelError(`${name}, which runs such models in a page, cannot be started in this browser: ${why.slice(0, 200)}`);
    });
  };

  const startTfjs = async (): Promise<OpenTfjs> => {
    const { script } = await fetchInterpreter("tfjs");
    return runScript(script, "openTfjsModel") as OpenTfjs;
  };

  return async (mimetype, data, said) => {
    const refused = refusal(mimetype);
    if (refused !== null) throw refused;
    if (mimetype === "application/tfjs-model") {
      tfjs ??= startTfjs();
      return (await tfjs)(data, said);
    }
    litert ??= startLiteRt();
    return (await litert).open(data);
  };
}

function refusal(mimetype: string): Error | null {
  const elsewhere = ELSEWHERE[mimetype];
  if (elsewhere !== undefined) return modelError(elsewhere);
  if (mimetype === "application/tflite-model" || mimetype === "application/tfjs-model") return null;
  return modelError(`The "${mimetype.slice(0, 100)}" format isn't supported`);
}
