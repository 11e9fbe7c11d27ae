// Runs on the audio thread: gathers the microphone's samples, mixed to one channel, and posts them in blocks.
// Built as one script of its own, microphone.js, since an AudioWorklet takes a file.

const BLOCK = 1024;

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class Microphone extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK);
  #filled = 0;

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
    this.port.postMessage(block, [block.buffer]);
  }
}

registerProcessor("microphone", Microphone);
