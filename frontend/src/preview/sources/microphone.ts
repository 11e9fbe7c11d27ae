// The microphone as blocks of samples at a rate of one's own choice. No component; what it opens, the signal closes.

const MODULE = `${import.meta.env.BASE_URL}microphone.js`;

/**
 * Asks for the microphone and sends its samples, resampled to `rate`, until `signal` aborts.
 * `onLost` is called when the device goes away meanwhile.
 * Nothing that browsers do to make speech pleasant for people is wanted here. Rejects as `getUserMedia` does.
 */
export async function openMicrophone(
  rate: number,
  signal: AbortSignal,
  onSamples: (samples: Float32Array) => void,
  onLost: () => void,
): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
  });
  for (const track of stream.getTracks()) track.addEventListener("ended", onLost, { signal });
  const context = new AudioContext();
  signal.addEventListener("abort", () => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  });
  if (signal.aborted) {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
    return;
  }
  await context.audioWorklet.addModule(MODULE);
  if (signal.aborted) return;
  const node = new AudioWorkletNode(context, "microphone", { processorOptions: { rate } });
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    if (!signal.aborted) onSamples(data);
  };
  // A silent way to the loudspeaker keeps the graph running in every browser.
  const mute = new GainNode(context, { gain: 0 });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node).connect(mute).connect(context.destination);
  await context.resume();
}
