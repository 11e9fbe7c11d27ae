// A board's line as a sensor, however it is cut, and the parts that are left out.
import { expect, test } from "vitest";
import { encodeFrame, Kind } from "../serial/frames";
import { boardLine } from "./board-line";
import { SensorStream } from "./stream";

const text = (line: string): Uint8Array => new TextEncoder().encode(line);

function sound(rate: number, ...samples: number[]): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(4 + 2 * samples.length);
  new DataView(payload.buffer).setUint32(0, rate, true);
  payload.set(new Uint8Array(Int16Array.from(samples).buffer), 4);
  return payload;
}

test("lines of three numbers are rows, however they are cut and divided", () => {
  const stream = new SensorStream();
  expect(stream.push(text("ready\n0.1,-9.8,"))).toEqual([]);
  expect(stream.push(text("1e-2\r\n1\t2\t3\n4; 5 ;6\n7,8\n1,2,3,4\n.,.,.\n"))).toEqual([
    {
      what: "motion",
      rows: [
        [0.1, -9.8, 0.01],
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
  ]);
});

test("frames of sound and motion come in pieces, damaged ones are left out and counted by those behind", () => {
  const stream = new SensorStream();
  const damagedFrame = encodeFrame(Kind.sound, 2, sound(16_000, 1, 2));
  damagedFrame[12] = (damagedFrame[12] ?? 0) ^ 1;
  const rows = new Uint8Array(Float32Array.of(1, 2, 9.5).buffer);
  const bytes = [
    ...encodeFrame(Kind.sound, 1, sound(16_000, 16_384, -32_768)),
    ...damagedFrame,
    ...text("1,2,3\n"),
    ...encodeFrame(Kind.motion, 3, rows),
  ];
  const messages = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, piece) =>
    stream.push(Uint8Array.from(bytes.slice(piece * 7, piece * 7 + 7))),
  ).flat();
  expect(messages).toEqual([
    { what: "sound", rate: 16_000, samples: Float32Array.of(0.5, -1) },
    { what: "motion", rows: [[1, 2, 9.5]] },
  ]);
  expect(stream.lost).toBe(1);
});

test("a board that numbers its frames from the start again lost none; numbers go on after the last", () => {
  const stream = new SensorStream();
  for (const id of [65_534, 65_535, 1, 500, 0, 2]) stream.push(encodeFrame(Kind.sound, id, sound(16_000, 1)));
  expect(stream.lost).toBe(1 + 498 + 1);
});

test("frames that no sensor sends are left out", () => {
  const stream = new SensorStream();
  for (const [kind, payload] of [
    [Kind.sound, sound(5, 1)],
    [Kind.sound, new Uint8Array(3)],
    [Kind.motion, new Uint8Array(8)],
    [Kind.motion, new Uint8Array(Float32Array.of(NaN, 0, 0).buffer)],
    [Kind.run, sound(16_000, 1)],
  ] as const)
    expect(stream.push(encodeFrame(kind, 1, payload))).toEqual([]);
});

test("a browser without serial ports says what to use", async () => {
  const events = { onMessage: () => undefined, onLost: () => undefined, onClosed: () => undefined };
  await expect(boardLine({}).connect("motion", new AbortController().signal, events)).rejects.toThrow(
    "Use Chrome or Edge",
  );
});
