// Results and log records, well formed and not.
import { describe, expect, test } from "vitest";
import { decodeLog, decodeOutput } from "./decode";
import { KnownShapes } from "./known-shapes";

const bytes = (text: string) => new TextEncoder().encode(text);
const serial = (document: unknown) => decodeOutput("SERIAL", bytes(JSON.stringify(document)));
const record = (type_name: string, elements: unknown[], dimensions: unknown = [elements.length]) => ({
  channel: 2,
  type_name,
  elements,
  dimensions,
});
const tensor = (shape: string, ...raw: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([shape.length, 0, 0, 0, ...bytes(shape), ...raw]);

describe("SERIAL", () => {
  test("one record and a list of records are both read", () => {
    expect(serial(record("i8", [-1, 2]))).toEqual([{ type: "i8", dimensions: [2], elements: Float64Array.of(-1, 2) }]);
    expect(serial([record("f32", [0.5]), record("utf8", ["up"])])).toHaveLength(2);
  });

  test("texts of the oldest runes are read", () => {
    expect(serial({ type_name: "&str", string: "a", channel: 2 })[0]?.elements).toEqual(["a"]);
  });

  test("what is not finite arrives as null", () => {
    expect(serial(record("f32", [null, 1.5]))[0]?.elements).toEqual(Float64Array.of(NaN, 1.5));
  });

  test.each([
    7,
    {},
    record("f31", [1]),
    record("u8", [1.5]),
    record("u8", [true]),
    record("u8", [null]),
    record("utf8", [1]),
    record("f32", ["1"]),
    record("u8", [1, 2], [3]),
    record("u8", [1], [-1]),
    record("u8", [1], "1"),
  ])("what does not fit is refused (%#)", (document) => {
    expect(() => serial(document)).toThrow(expect.objectContaining({ name: "output" }));
  });
});

describe("TENSOR", () => {
  test("tensors follow one another", () => {
    const data = Uint8Array.from([...tensor("u8[2]", 1, 2), ...tensor("i16[1, 2]", 0xfb, 0xff, 6, 0)]);
    expect(decodeOutput("TENSOR", data)).toEqual([
      { type: "u8", dimensions: [2], elements: Uint8Array.of(1, 2) },
      { type: "i16", dimensions: [1, 2], elements: Int16Array.of(-5, 6) },
    ]);
  });

  test("numbers stay where they are, unless they lie askew or have 64 bits", () => {
    const data = Uint8Array.from([...tensor("i16[002]", 1, 0, 255, 255), ...tensor("i16[1]", 7, 0)]);
    const [even, odd] = decodeOutput("TENSOR", data).map(({ elements }) => elements as Int16Array);
    expect([even, odd]).toEqual([Int16Array.of(1, -1), Int16Array.of(7)]);
    expect([even?.buffer === data.buffer, odd?.buffer === data.buffer]).toEqual([true, true]);
    const askew = tensor("f32[1]", 0, 0, 128, 63);
    expect(decodeOutput("TENSOR", askew)[0]?.elements).toEqual(Float32Array.of(1));
    const wide = tensor("i64[1]", ...Array<number>(8).fill(255));
    expect(decodeOutput("TENSOR", wide)[0]?.elements).toEqual(Float64Array.of(-1));
  });

  test("a shape that was read once is not taken for another", () => {
    const shapes = new KnownShapes();
    const dimensions = (text: string, ...raw: number[]) =>
      decodeOutput("TENSOR", tensor(text, ...raw), shapes)[0]?.dimensions;
    for (let round = 0; round < 2; round += 1) {
      expect(dimensions("u8[1]", 1)).toEqual([1]);
      expect(dimensions("u8[2]", 1, 2)).toEqual([2]);
      expect(dimensions("u8[1, 1]", 1)).toEqual([1, 1]);
    }
    expect(() => dimensions("u8[3]", 1, 2)).toThrow(expect.objectContaining({ name: "output" }));
  });

  test("texts have their lengths in front", () => {
    expect(decodeOutput("TENSOR", tensor("utf8[2]", 2, 0, 0, 0, 117, 112, 0, 0, 0, 0))[0]?.elements).toEqual([
      "up",
      "",
    ]);
  });

  test.each([
    Uint8Array.of(1),
    Uint8Array.of(255, 255, 255, 255),
    tensor("u8[2]", 1),
    tensor("x8[2]", 1, 2),
    tensor("f32[99999999999, 9999999999]"),
    tensor("u8[1,]", 1),
    tensor("utf8[4294967295]"),
  ])("what is cut short is refused (%#)", (data) => {
    expect(() => decodeOutput("TENSOR", data)).toThrow(expect.objectContaining({ name: "output" }));
  });
});

test("log records and plain words are both kept", () => {
  expect(decodeLog(bytes('{"level":"warn","message":"hot"}'))).toEqual({ level: "WARN", message: "hot" });
  expect(decodeLog(bytes("panicked"))).toEqual({ level: "INFO", message: "panicked" });
});
