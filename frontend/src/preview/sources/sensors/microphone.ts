// The microphone as blocks of samples at a rate of one's own choice. No component; what it opens, the signal closes.

import { AS_IT_SOUNDS } from "../../sound/as-it-sounds";
import { deviceOf, openDevice } from "./devices";

/** Milliseconds in which a browser with a sound device has its sound running. */
const SOUND_MILLISECONDS = 6000;
const MODULE = `${import.meta.env.BASE_URL}microphone.js`;

/**
 * Asks for the microphone and sends its samples, resampled to `rate`, until `signal` aborts.
 * `onLost` is called when the device goes away meanwhile.
 * Nothing that browsers do to make speech pleasant for people is wanted here. Answers which device it is. Rejects as
 * `getUserMedia` does, and where the browser's sound does not run: without any sound device, Firefox waits for ever.
 */
export async function openMicrophone(
  rate: number,
  deviceId: string | null,
  signal: AbortSignal,
  onSamples: (samples: Float32Array) => void,
  onLost: () => void,
): Promise<string | null> {
  const stream = await openDevice(
    (which) => navigator.mediaDevices.getUserMedia({ audio: { ...AS_IT_SOUNDS, ...which } }),
    deviceId,
    {},
  );
  for (const track of stream.getTracks()) track.addEventListener("ended", onLost, { signal });
  const context = new AudioContext();
  signal.addEventListener("abort", () => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  });
  if (signal.aborted) {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
    return null;
  }
  await soon(context.audioWorklet.addModule(MODULE));
  if (signal.aborted) return null;
  const node = new AudioWorkletNode(context, "microphone", { processorOptions: { rate } });
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    if (!signal.aborted) onSamples(data);
  };
  // A silent way to the loudspeaker keeps the graph running in every browser.
  const mute = new GainNode(context, { gain: 0 });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream })
    .connect(node)
    .connect(mute)
    .connect(context.destination);
  await soon(context.resume());
  return deviceOf(stream);
}

async function soon(starting: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error("the browser cannot start sound. This computer may have no sound device")),
      SOUND_MILLISECONDS,
    );
  });
  await Promise.race([starting, late]).finally(() => clearTimeout(timer));
}
