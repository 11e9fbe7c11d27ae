// Plays a window from memory, one at a time. No address of a sound is made, so that no policy has to allow one.

/** Plays samples of 16 bits. Returns what stops them; `onEnd` is called once. */
export function play(data: Uint8Array<ArrayBuffer>, rate: number, onEnd: () => void): () => void {
  const samples = new Int16Array(data.buffer, data.byteOffset, data.length / 2);
  const context = new AudioContext();
  const buffer = context.createBuffer(1, Math.max(1, samples.length), rate);
  buffer.getChannelData(0).set(Float32Array.from(samples, (sample) => sample / 32768));
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.onended = () => {
    void context.close();
    onEnd();
  };
  source.start();
  return () => source.stop();
}
