// Sound as numbers: -1 to 1 in the page, i16 in a rune.
import type { CapabilityRequest } from "../../runtime";

const FULL = 32768;

/** round(x * 32768), held inside i16; little-endian as every machine of today. */
export function toI16(samples: Float32Array): ArrayBuffer {
  const result = new Int16Array(samples.length);
  for (const [index, sample] of samples.entries()) {
    result[index] = Math.max(-FULL, Math.min(FULL - 1, Math.round(sample * FULL)));
  }
  return result.buffer;
}

/** Samples a second that a SOUND capability asks for. */
export function rateOf(request: CapabilityRequest): number {
  const rate = request.parameters.hz ?? 16000;
  return rate > 0 ? rate : 16000;
}

/** How many samples it reads at once. */
export function countOf(request: CapabilityRequest): number {
  return Math.max(1, Math.floor(request.size / 2));
}

/** A tone at a fifth of full loudness, from sample `start` of it on. */
export function tone(count: number, rate: number, hertz: number, start = 0): Float32Array {
  const step = (2 * Math.PI * hertz) / rate;
  return Float32Array.from({ length: count }, (_, index) => 0.2 * Math.sin(step * (start + index)));
}

export function meanOfChannels(buffer: AudioBuffer): Float32Array {
  const mean = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    for (const [index, sample] of buffer.getChannelData(channel).entries()) {
      mean[index] = (mean[index] ?? 0) + sample / buffer.numberOfChannels;
    }
  }
  return mean;
}
