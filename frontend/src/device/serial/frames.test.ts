import { expect, test } from "vitest";
import { crc32, encodeFrame, FrameReader, Kind, LONGEST } from "./frames";

const text = (bytes: string) => new TextEncoder().encode(bytes);

test("the sum is CRC-32", () => {
  expect(crc32(text("123456789"))).toBe(0xcbf43926);
});

test("a frame with a changed byte is none, wherever the byte is, and the next one is read", () => {
  const frame = encodeFrame(Kind.run, 513, Uint8Array.of(1, 2, 3));
  for (let at = 0; at < frame.length; at++) {
    const reader = new FrameReader();
    const damagedFrame = frame.slice();
    damagedFrame[at] = (damagedFrame[at] ?? 0) ^ 0x40;
    const frames = reader.push(damagedFrame);
    expect(frames).toEqual([]);
    // A length that was damaged leaves the reader waiting until it gets the message that nothing more comes.
    reader.abandon();
    expect(reader.push(frame).map(({ id }) => id)).toEqual([513]);
  }
});

test("what is no frame is counted as noise", () => {
  const reader = new FrameReader();
  expect(reader.push(text("login: RURURU"))).toEqual([]);
  const long = encodeFrame(Kind.run, 1);
  new DataView(long.buffer).setUint32(6, LONGEST + 1, true);
  expect(reader.push(long)).toEqual([]);
  reader.abandon();
  expect(reader.noise).toBe(13 + long.length);
});

test("frames come in any pieces, with noise between them", () => {
  const reader = new FrameReader();
  const all = [text("R"), encodeFrame(Kind.hello, 7), text("xRU"), encodeFrame(Kind.run, 65535, new Uint8Array(9000))];
  const frames = all.flatMap((bytes) => Array.from(bytes, (byte) => reader.push(Uint8Array.of(byte))).flat());
  expect(frames.map(({ kind, id, payload }) => [kind, id, payload.length])).toEqual([
    [Kind.hello, 7, 0],
    [Kind.run, 65535, 9000],
  ]);
});
