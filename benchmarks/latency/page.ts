// The page of the latency figure: one model in the two runtimes by turns. Bundled with the front end's own runtime, so
// that what is measured is what a visitor runs; tfjs-tflite comes from its own scripts, as its manual says.
import { RuneInstance } from "../../frontend/src/runtime/instance";
import { DEFAULT_LIMITS } from "../../frontend/src/runtime/types";

interface TfTensor {
  dataSync(): ArrayLike<number>;
  dispose(): void;
}
declare const tf: { tensor(values: Int32Array, shape: number[], dtype: "int32"): TfTensor };
declare const tflite: {
  setWasmPath(path: string): void;
  getWasmFeatures(): Promise<{ simd: boolean; multiThreading: boolean }>;
  loadTFLiteModel(model: ArrayBuffer, options: { numThreads: number }): Promise<{ predict(input: TfTensor): TfTensor }>;
};

interface Timing {
  readonly ours: number[];
  readonly theirs: number[];
  readonly ourLoad: number;
  readonly theirLoad: number;
  readonly mostDifference: number;
  readonly features: { simd: boolean; multiThreading: boolean };
}

/** So long does one batch take: the page's clock is made coarse on purpose, to a tenth of a millisecond. */
const BATCH_MILLISECONDS = 25;

async function bytes(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.arrayBuffer();
}

async function timed<T>(what: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const value = await what();
  return [value, performance.now() - start];
}

/** Milliseconds of one of `count` runs. */
function batch(run: () => unknown, count: number): number {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) run();
  return (performance.now() - start) / count;
}

/** How many runs make a batch, found after the engine has had time to compile what is hot. */
function batchSize(run: () => unknown): number {
  const end = performance.now() + 300;
  while (performance.now() < end) run();
  return Math.max(1, Math.ceil(BATCH_MILLISECONDS / batch(run, 50)));
}

async function measure(name: string, shape: number[], rounds: number): Promise<Timing> {
  tflite.setWasmPath("/node_modules/@tensorflow/tfjs-tflite/wasm/");
  const [rune, model] = [await bytes(`/${name}.rune`), await bytes(`/${name}.tflite`)];
  const [instance, ourLoad] = await timed(() => RuneInstance.load(rune, DEFAULT_LIMITS));
  const [peer, theirLoad] = await timed(() => tflite.loadTFLiteModel(model, { numThreads: 1 }));

  const size = shape.reduce((all, each) => all * each, 1);
  let state = 1;
  const input = Int8Array.from(
    { length: size },
    () => ((state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16) & 255,
  );
  const wide = Int32Array.from(input);
  const source = instance.loaded.capabilities[0];
  if (source === undefined) throw new Error("the rune asks for no input");
  const given = new Map([[source.id, input.buffer as ArrayBuffer]]);

  const ours = () => instance.run(given).outputs[0]?.tensors[0]?.elements as readonly number[];
  const theirs = () => {
    const tensor = tf.tensor(wide, shape, "int32");
    const answer = peer.predict(tensor);
    const values = answer.dataSync();
    tensor.dispose();
    answer.dispose();
    return values;
  };
  const [left, right] = [ours(), theirs()];
  const mostDifference = Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? NaN))));

  const [ourCount, theirCount] = [batchSize(ours), batchSize(theirs)];
  const timing = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    timing.ours.push(batch(ours, ourCount));
    timing.theirs.push(batch(theirs, theirCount));
  }
  return { ...timing, ourLoad, theirLoad, mostDifference, features: await tflite.getWasmFeatures() };
}

Object.assign(window, { measure });
