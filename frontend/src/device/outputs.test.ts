import { expect, test } from "vitest";
import type { OutputMessage } from "../runtime";
import { areSame, asMessages, sentBytes } from "./outputs";
import type { DevicePort } from "./serial/messages";

const like: OutputMessage[] = [{ channel: 1, stage: null, tensors: [{ type: "u8", dimensions: [1], elements: [0] }] }];

/** The bytes that count as sent by a board whose one output has this type. */
function sentOutputs(type: string, bytes: ArrayBuffer) {
  const ports = [{ name: "out", type }] as unknown as DevicePort[];
  const messages = asMessages(ports, [{ sizes: null, pieces: [new Uint8Array(bytes)] }], like);
  return sentBytes(ports, messages);
}

test.each([
  ["u64[1]", BigUint64Array.of(2n ** 53n).buffer, BigUint64Array.of(2n ** 53n + 1n).buffer],
  ["i64[1]", BigInt64Array.of(-(2n ** 60n)).buffer, BigInt64Array.of(1n - 2n ** 60n).buffer],
  ["f32[1]", Uint32Array.of(0x7fc00000).buffer, Uint32Array.of(0x7fc00001).buffer],
  ["f64[1]", BigUint64Array.of(0x7ff8n << 48n).buffer, BigUint64Array.of(0xfff8n << 48n).buffer],
])("numbers of %s that a page reads as the same are other bytes", (type, one, other) => {
  expect(areSame(sentOutputs(type, one), sentOutputs(type, one))).toBe(true);
  expect(areSame(sentOutputs(type, one), sentOutputs(type, other))).toBe(false);
});
