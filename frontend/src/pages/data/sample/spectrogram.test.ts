import { describe, expect, it } from "vitest";
import { FRAME, pixels, spectrogram, transform } from "./spectrogram";

const tone = (hertz: number, rate = 16_000, count = 8_000): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

describe("the spectrum of a sound", () => {
  it("has the energy of a tone at its pitch, and nowhere else", () => {
    const real = tone(8 * (16_000 / FRAME)).slice(0, FRAME);
    const imaginary = new Float32Array(FRAME);
    transform(real, imaginary);
    const energies = Array.from(real.slice(0, FRAME / 2), (value, bin) => Math.hypot(value, imaginary[bin] ?? 0));
    expect(energies.indexOf(Math.max(...energies))).toBe(8);
    expect(energies[8]).toBeCloseTo(FRAME / 2, 0);
    expect(energies[40]).toBeLessThan(0.01);
  });

  it("draws a low tone at the bottom and a high one at the top", () => {
    const rowOf = (hertz: number): number => {
      const { values, columns, rows } = spectrogram(tone(hertz), 10, 16);
      const middle = Array.from({ length: rows }, (_, row) => values[row * columns + 5] ?? 0);
      return middle.indexOf(Math.max(...middle));
    };
    expect(rowOf(200)).toBe(15);
    expect(rowOf(7_900)).toBe(0);
  });

  it("takes a sound that is shorter than a frame, and silence", () => {
    expect(spectrogram(new Float32Array(3), 4, 4).values.every((value) => Number.isFinite(value))).toBe(true);
    expect(pixels(spectrogram(new Float32Array(0), 2, 2))).toHaveLength(16);
  });
});
