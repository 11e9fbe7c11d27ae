// Sound on its way from the microphone to a rune.
import { describe, expect, test } from "vitest";
import { wavOf } from "../recordings/capture/encode";
import { conversionText, wavFormat } from "./conversion";
import { Resampler } from "./resampler";
import { toI16, tone } from "./samples";
import { spectrogram, spectrum } from "./spectrum";
import { Chunks, SlidingWindow } from "./window";

const joined = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;

describe("the resampler", () => {
  test("keeps a tone that the new rate can carry", () => {
    const output = new Resampler(48000, 16000).push(tone(48000, 48000, 1000)).subarray(500, 15000);
    const loudest = spectrum(output.slice(0, 1024));
    expect(loudest.indexOf(Math.max(...loudest))).toBe(64);
    expect(power(output)).toBeCloseTo(0.02, 3);
  });

  test("removes a tone that it cannot carry", () => {
    const output = new Resampler(48000, 16000).push(tone(48000, 48000, 10000));
    expect(power(output.subarray(500, 15000))).toBeLessThan(1e-6);
  });

  test("gives the same in pieces as at once", () => {
    const input = tone(20000, 44100, 700);
    const pieces = new Resampler(44100, 16000);
    const parts: Float32Array[] = [];
    for (let start = 0; start < input.length; start += 1024) parts.push(pieces.push(input.slice(start, start + 1024)));
    const whole = new Resampler(44100, 16000).push(input);
    const inPieces = joined(parts);
    expect(inPieces.length).toBe(whole.length);
    expect(Math.max(...inPieces.map((sample, index) => Math.abs(sample - (whole[index] ?? 0))))).toBeLessThan(1e-5);
  });

  test("raises a rate as well", () => {
    const output = new Resampler(8000, 16000).push(tone(8000, 8000, 1000));
    expect(output.length).toBeGreaterThan(15900);
    expect(power(output.subarray(500, 15000))).toBeCloseTo(0.02, 3);
  });
});

describe("the sliding window", () => {
  test("is announced when it is full and then once a hop", () => {
    const window = new SlidingWindow(10, 2);
    const announcements = Array.from({ length: 16 }, (_, index) => window.push(Float32Array.of(index)));
    expect(announcements.flatMap((is, index) => (is ? [index] : []))).toEqual([9, 11, 13, 15]);
    expect([...window.copy()]).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  test("drops windows that nobody could have seen", () => {
    const window = new SlidingWindow(4, 1);
    expect(window.push(new Float32Array(100))).toBe(true);
    expect(window.push(new Float32Array(1))).toBe(true);
  });
});

test("samples are rounded and held inside i16", () => {
  expect([...new Int16Array(toI16(Float32Array.of(0, 0.5, 1, -1, -2, 1 / 32768)))]).toEqual([
    0, 16384, 32767, -32768, -32768, 1,
  ]);
});

test("a spectrogram is bright where the tone is", () => {
  const [column = []] = spectrogram(tone(16000, 16000, 3000), 8);
  const brightest = column.indexOf(Math.max(...column));
  expect(brightest).toBe(13);
  expect(
    spectrogram(new Float32Array(100), 3)
      .flat()
      .every((value) => value === 0),
  ).toBe(true);
});

describe("what is said of a converted sound", () => {
  test("a wav says its rate and channels", () => {
    expect(wavFormat(wavOf(new Float32Array(4), 44100))).toEqual({ rate: 44100, channels: 1 });
    expect(wavFormat(new TextEncoder().encode("ID3 and so on, no wav at all").buffer)).toBe(null);
    expect(wavFormat(new ArrayBuffer(3))).toBe(null);
  });

  test("the format is found behind other chunks", () => {
    const plain = new Uint8Array(wavOf(new Float32Array(4), 8000));
    const wav = Uint8Array.of(
      ...plain.subarray(0, 12),
      ...new TextEncoder().encode("LIST"),
      3,
      0,
      0,
      0,
      1,
      2,
      3,
      0,
      ...plain.subarray(12),
    );
    expect(wavFormat(wav.buffer)).toEqual({ rate: 8000, channels: 1 });
  });

  test.each([
    [{ rate: 44100, channels: 2 }, 2, "44.1 kHz stereo, converted to 16 kHz mono"],
    [{ rate: 16000, channels: 6 }, 6, "16 kHz with 6 channels, converted to 16 kHz mono"],
    [{ rate: 16000, channels: 1 }, 1, null],
    [null, 2, "stereo, mixed to mono"],
    [null, 1, null],
  ])("%o is described as %s channels", (format, channels, text) => {
    expect(conversionText(format, channels, 16000)).toBe(text);
  });
});

test("chunks of a stream join without a gap and without overlap", () => {
  const chunks = new Chunks(3);
  const pieces = [[1, 2], [3, 4, 5, 6, 7], [], [8]].map((samples) => chunks.push(Float32Array.from(samples)));
  expect(pieces.map((full) => full.map((chunk) => [...chunk]))).toEqual([
    [],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [],
    [],
  ]);
  expect(chunks.push(Float32Array.from([9])).map((chunk) => [...chunk])).toEqual([[7, 8, 9]]);
});
