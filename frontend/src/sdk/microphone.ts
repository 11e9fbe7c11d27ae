// The microphone as windows of samples, as long as a rune reads.
import { RuneError } from "../runtime/errors";
import type { CapabilityRequest } from "../runtime/types";

/** Part of a window by which the next one is later, for runes that cut no windows themselves. */
const STEP = 0.25;

/** Yields windows of i16 samples until the signal ends or the caller leaves the loop. Asks for the microphone first. */
export async function* microphoneWindows(
  request: CapabilityRequest,
  signal?: AbortSignal,
): AsyncGenerator<ArrayBuffer> {
  const rate = request.parameters.hz ?? 16000;
  const length = request.size / 2;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(new URL("./microphone.worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "microphone", { processorOptions: { rate } });
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    yield* windowsOf(
      blocksOf(node.port, signal),
      length,
      request.isStream === true ? length : Math.ceil(length * STEP),
    );
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    await context.close();
  }
}

/** Windows of `length` samples, each `step` later than the one before. */
export async function* windowsOf(
  blocks: AsyncIterable<Float32Array>,
  length: number,
  step: number,
): AsyncGenerator<ArrayBuffer> {
  if (length < 1 || step < 1) throw new RuneError("input", "This rune reads no samples.");
  let samples = new Float32Array(0);
  for await (const block of blocks) {
    const longer = new Float32Array(samples.length + block.length);
    longer.set(samples);
    longer.set(block, samples.length);
    samples = longer;
    while (samples.length >= length) {
      yield Int16Array.from(samples.subarray(0, length), asInteger).buffer;
      samples = samples.slice(step);
    }
  }
}

function asInteger(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
}

async function* blocksOf(port: MessagePort, signal?: AbortSignal): AsyncGenerator<Float32Array> {
  const waiting: Float32Array[] = [];
  let wake: () => void = () => undefined;
  port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    waiting.push(data);
    wake();
  };
  signal?.addEventListener("abort", () => wake());
  while (signal?.aborted !== true) {
    const block = waiting.shift();
    if (block !== undefined) yield block;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}
