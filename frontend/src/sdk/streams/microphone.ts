// The microphone as windows of samples, as long as a rune reads.
import type { CapabilityRequest } from "../../runtime/types";
import { microphoneScript } from "../scripts";
import { Queue } from "./queue";
import { AS_IT_SOUNDS } from "../../preview/sound/as-it-sounds";
import { windowsOf } from "./windows";

/** Part of a window by which the next one is later, for runes that cut no windows themselves. */
const STEP = 0.25;
/** Blocks of 1,024 samples that wait for a slow rune: 20 seconds at 48 kHz. */
const MOST_BLOCKS = 1000;

/** Yields windows of i16 samples until the signal ends or the caller leaves the loop. Asks for the microphone first. */
export async function* microphoneWindows(
  request: CapabilityRequest,
  signal?: AbortSignal,
): AsyncGenerator<ArrayBuffer> {
  const rate = request.parameters.hz ?? 16000;
  const length = request.size / 2;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: AS_IT_SOUNDS });
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(microphoneScript());
    const node = new AudioWorkletNode(context, "microphone", { processorOptions: { rate } });
    const blocks = new Queue<Float32Array>(MOST_BLOCKS, signal);
    for (const track of stream.getTracks())
      track.addEventListener("ended", () =>
        blocks.fail(new Error("The microphone was disconnected. Connect it and start again.")),
      );
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => blocks.push(data);
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    yield* windowsOf(blocks.read(), length, request.isStream === true ? length : Math.ceil(length * STEP));
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    await context.close();
  }
}
