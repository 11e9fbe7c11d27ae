// From blocks of samples, as a sensor sends them, to the windows that a rune reads.
import { RuneError } from "../../runtime/errors";

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
