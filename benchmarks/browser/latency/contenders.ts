// One model in each of the runtimes that are compared, each by its cheapest call: the input's bytes are copied into memory
// that the runtime has, the model runs, and what it gives is read. Nothing is allocated that can be kept.
import { RuneInstance } from "../../../frontend/src/runtime/instance";
import { LiteRtHost, type LiteRtFactory } from "../../../frontend/src/runtime/interpreters/litert";
import { DEFAULT_LIMITS, type Numbers } from "../../../frontend/src/runtime/types";

/** A model that is loaded. */
export interface Contender {
  readonly loadMilliseconds: number;
  /** Runs once and gives the numbers of the output. */
  readonly run: () => ArrayLike<number>;
}

/** The settings with which a contender is started. */
export interface LatencyRequest {
  readonly name: string;
  readonly input: Uint8Array<ArrayBuffer>;
  /** How the output's bytes are read. */
  readonly read: (bytes: Uint8Array) => ArrayLike<number>;
}

interface TfliteTensor {
  data(): { set(values: ArrayLike<number>): void; readonly buffer: ArrayBuffer; readonly byteOffset: number } & {
    readonly byteLength: number;
  };
}
interface TfliteRunner {
  getInputs(): TfliteTensor[];
  getOutputs(): TfliteTensor[];
  infer(): boolean;
}
declare const tflite: {
  setWasmPath(path: string): void;
  loadTFLiteModel(model: ArrayBuffer, options: { numThreads: number }): Promise<{ modelRunner: TfliteRunner }>;
};
declare const ModuleFactory: LiteRtFactory;

const LITERT_BINARY = "/litert/litert_wasm_internal.wasm";

async function bytes(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.arrayBuffer();
}

async function timed<Value>(work: () => Promise<Value>): Promise<[Value, number]> {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}

/** The rune `file`, in the page's own runtime. */
async function rune(file: string, { input }: LatencyRequest): Promise<Contender> {
  const data = await bytes(file);
  const [instance, loadMilliseconds] = await timed(() => RuneInstance.load(data, DEFAULT_LIMITS));
  const source = instance.loadedRune.capabilities[0];
  if (source === undefined) throw new Error("the rune asks for no input");
  const inputs = new Map([[source.id, input.buffer]]);
  const run = () => instance.run(inputs).outputs[0]?.tensors[0]?.elements as Numbers;
  return { loadMilliseconds, run };
}

/** tfjs-tflite below its tensors: they would be made anew for each run. */
async function tfjsTflite({ name, input, read }: LatencyRequest): Promise<Contender> {
  tflite.setWasmPath("/node_modules/@tensorflow/tfjs-tflite/wasm/");
  const data = await bytes(`/${name}.tflite`);
  const [{ modelRunner }, loadMilliseconds] = await timed(() => tflite.loadTFLiteModel(data, { numThreads: 1 }));
  const [source] = modelRunner.getInputs();
  const [result] = modelRunner.getOutputs();
  if (source === undefined || result === undefined) throw new Error("the model has no input or no output");
  const view = (tensor: TfliteTensor) => {
    const { buffer, byteOffset, byteLength } = tensor.data();
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  const run = () => {
    view(source).set(input);
    if (!modelRunner.infer()) throw new Error("tfjs-tflite did not run the model");
    return read(view(result).slice());
  };
  return { loadMilliseconds, run };
}

/** LiteRT.js by the bindings below its public classes: those take no int8, and give promises. */
async function liteRt({ name, input, read }: LatencyRequest): Promise<Contender> {
  const [data, binary] = await Promise.all([bytes(`/${name}.tflite`), bytes(LITERT_BINARY)]);
  const [model, loadMilliseconds] = await timed(async () => {
    const host = await LiteRtHost.start(ModuleFactory, binary, "LiteRT.js");
    return host.open(new Uint8Array(data), null);
  });
  const run = () => {
    const [result] = model.run([input]);
    if (result === undefined) throw new Error("LiteRT.js gave nothing");
    return read(result);
  };
  return { loadMilliseconds, run };
}

export const CONTENDERS: Readonly<Record<string, (request: LatencyRequest) => Promise<Contender>>> = {
  rune: (request) => rune(`/${request.name}.rune`, request),
  plain: (request) => rune(`/${request.name}.plain.rune`, request),
  speed: (request) => rune(`/${request.name}.speed.rune`, request),
  tflite: tfjsTflite,
  litert: liteRt,
};
