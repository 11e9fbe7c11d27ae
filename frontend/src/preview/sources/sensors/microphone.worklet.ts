// Runs on the audio thread: gathers the microphone's samples, mixed to one channel and at the rate that the rune asks for,
// and posts them in blocks. Built as one script of its own, microphone.js, since an AudioWorklet takes a file.
import { Resampler } from "../../sound/resampler";

const BLOCK = 1024;

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: { rate: number } }) => AudioWorkletProcessor,
): void;

class Microphone extends AudioWorkletProcessor {
  readonly #resampler: Resampler;
  #block = new Float32Array(BLOCK);
  #filled = 0;

  constructor({ processorOptions }: { processorOptions: { rate: number } }) {
    super();
    this.#resampler = new Resampler(sampleRate, processorOptions.rate);
  }

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const channels = inputs[0] ?? [];
    const length = channels[0]?.length ?? 0;
    for (let index = 0; index < length; index += 1) {
      this.#block[this.#filled] = channels.reduce((sum, channel) => sum + (channel[index] ?? 0), 0) / channels.length;
      this.#filled += 1;
      if (this.#filled === BLOCK) this.#send();
    }
    return true;
  }

  #send(): void {
    const block = this.#block;
    this.#block = new Float32Array(BLOCK);
    this.#filled = 0;
    const samples = this.#resampler.push(block);
    this.port.postMessage(samples, [samples.buffer]);
  }
}

registerProcessor("microphone", Microphone);
