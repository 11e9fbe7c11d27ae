import { describe, expect, it } from "vitest";
import type { CapabilityRequest } from "../../runtime";
import { bytesOfInputs, valuesOf } from "./values";

const audio: CapabilityRequest = { id: 7, kind: "SOUND", parameters: {}, size: 4, type: "i16[2]", stage: "audio" };

describe("inputs of a script", () => {
  it("are refused where a name, a count or a size is another", () => {
    expect(() => bytesOfInputs([audio], {})).toThrow('"audio" is missing: i16[2]');
    expect(() => bytesOfInputs([audio], { sound: [1, 2] })).toThrow('There is no input "sound". There is: audio.');
    expect(() => bytesOfInputs([audio], { audio: [1, 2, 3] })).toThrow("takes 2 numbers (i16[2]), and 3 were given");
    expect(() => bytesOfInputs([audio], { audio: new ArrayBuffer(3) })).toThrow("takes 4 bytes, and 3 were given");
    expect(() => bytesOfInputs([{ ...audio, type: null }], { audio: [1, 2] })).toThrow("as an ArrayBuffer");
  });

  it("become the bytes of the input's own type, whatever array they are in", () => {
    for (const input of [[1, -2], Float64Array.of(1, -2), Int16Array.of(1, -2), Int16Array.of(1, -2).buffer]) {
      expect([...new Int16Array(bytesOfInputs([audio], { audio: input }).get(7) ?? new ArrayBuffer(0))]).toEqual([
        1, -2,
      ]);
    }
  });
});

describe("outputs for a script", () => {
  it("have the names of their stages; one text is a text", () => {
    const outputs = [
      { id: 0, kind: "SERIAL", stage: "heard" },
      { id: 1, kind: "SERIAL", stage: "scores" },
    ] as const;
    const up = { type: "utf8", dimensions: [1], elements: ["up"] } as const;
    const scores = { type: "f32", dimensions: [2], elements: [0.25, 0.75] } as const;
    const messages = [
      { channel: 0, stage: "heard", tensors: [up] },
      { channel: 1, stage: "scores", tensors: [scores, scores] },
    ];
    expect(valuesOf(outputs, messages)).toEqual({
      heard: "up",
      scores: [
        [0.25, 0.75],
        [0.25, 0.75],
      ],
    });
  });
});
