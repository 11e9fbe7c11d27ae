import { expect, test, vi } from "vitest";
import { Device, DeviceError } from "./device";
import { ChipLine, sine } from "../fixtures.test-support";
import { crc32, encodeFrame, Kind, PROTOCOL } from "./frames";
import { Pico } from "../virtual/pico";
import { SerialLine, type WebSerialPort } from "./port";

const number = (value: number) => new Uint8Array(Float32Array.of(value).buffer);
const valueOf = (bytes: Uint8Array | undefined) =>
  new DataView((bytes ?? new Uint8Array(4)).slice().buffer).getFloat32(0, true);

/** The line with the bytes of some exchanges changed, by their number from 0. */
function disturbedLine(change: (bytes: Uint8Array, isUp: boolean, exchange: number) => Uint8Array): ChipLine {
  let exchange = -1;
  return new ChipLine(new Pico(sine()), (bytes, isUp) => {
    if (isUp) exchange += 1;
    return change(bytes, isUp, exchange);
  });
}

const flipped = (bytes: Uint8Array) => bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);

test.each([
  ["is silent", () => new Uint8Array(), "does not answer"],
  ["is another program", () => new TextEncoder().encode("ready\r\n>>> "), "answers in another protocol"],
  ["speaks a later version", () => later(), "speaks version 2"],
  ["is disturbed each time", flipped, "three times in a row"],
])("a board that %s is said to be so", async (_, answer, message) => {
  const line = disturbedLine((bytes, isUp) => (isUp ? bytes : answer(bytes)));
  await expect(Device.open(line)).rejects.toThrow(message);
});

/** An answer of version 2, with its own right sum. */
function later(): Uint8Array {
  const frame = encodeFrame(Kind.hello | Kind.answers, 1).with(2, PROTOCOL + 1);
  new DataView(frame.buffer).setUint32(10, crc32(frame.subarray(2, 10)), true);
  return frame;
}

test("what came damaged, up or down, is asked again", async () => {
  const hello = disturbedLine((bytes, isUp, exchange) => (!isUp && exchange === 0 ? flipped(bytes) : bytes));
  const up = disturbedLine((bytes, isUp, exchange) => (isUp && exchange === 1 ? flipped(bytes) : bytes));
  const cut = disturbedLine((bytes, isUp, exchange) => (isUp && exchange === 1 ? bytes.slice(0, 12) : bytes));
  const noise = disturbedLine((bytes) => Uint8Array.from([0x52, 0x55, 0x01, ...bytes]));
  await expect(Device.open(noise)).rejects.toBeInstanceOf(DeviceError);
  for (const line of [hello, up, cut]) {
    const device = await Device.open(line);
    const { outputs } = await device.run(number(Math.PI / 2));
    expect(valueOf(outputs[0]?.pieces[0])).toBeCloseTo(1, 1);
  }
});

test("a run whose answer came damaged is not made twice", async () => {
  const runs: number[] = [];
  const line = disturbedLine((bytes, isUp, exchange) => {
    if (isUp) runs.push(exchange);
    return !isUp && exchange === 1 ? flipped(bytes) : bytes;
  });
  const device = await Device.open(line);
  await expect(device.run(number(1))).rejects.toThrow("answer to a run was damaged");
  expect(runs).toEqual([0, 1]);
});

test("inputs of another rune's size are refused by name, and the board goes on", async () => {
  const device = await Device.open(new ChipLine(new Pico(sine())));
  await expect(device.run(new Uint8Array(8))).rejects.toThrow("takes 4 bytes of input");
  expect((await device.run(number(0))).outputs).toHaveLength(1);
});

test("a line that is cut fails what was asked, and tells", async () => {
  const line = new ChipLine(new Pico(sine()), (bytes) => bytes);
  const device = await Device.open(line);
  const onReport = vi.fn();
  device.onClosed = onReport;
  const running = device.run(number(1));
  line.cut("The plug was pulled.");
  await expect(running).rejects.toThrow("The plug was pulled.");
  expect(onReport).toHaveBeenCalledExactlyOnceWith("The plug was pulled.");
  await expect(device.run(number(1))).rejects.toThrow("The plug was pulled.");
});

test("the firmware says who it is, computes, passes its self-test and counts its cycles", async () => {
  const device = await Device.open(new ChipLine(new Pico(sine())));
  expect(device.hello).toMatchObject({ rune: "sine", protocol: PROTOCOL, clock_hz: 125_000_000 });
  const ran = await device.run(number(-Math.PI / 2));
  expect(valueOf(ran.outputs[0]?.pieces[0])).toBeCloseTo(-1, 1);
  const inSteps = ran.stepCycles.reduce((sum, each) => sum + each, 0);
  expect(ran.cycles).toBeGreaterThan(inSteps);
  expect(ran.cycles).toBeLessThan(inSteps + 1000);
  expect(ran.stack).toBeGreaterThan(100);
  expect(await device.selftest()).toBe(0);
  await device.reset();
  expect((await device.run(number(-Math.PI / 2))).outputs).toEqual(ran.outputs);
});

/** A serial port whose other end is the chip. */
class ChipPort implements WebSerialPort {
  readonly #pico = new Pico(sine());
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  isSilent = false;

  readonly open = (): Promise<void> => {
    this.readable = new ReadableStream({ start: (controller) => void (this.controller = controller) });
    this.writable = new WritableStream({
      write: (bytes: Uint8Array) => {
        const answer = this.#pico.exchange(bytes, 1e9);
        if (this.isSilent) return;
        for (let at = 0; at < answer.length; at += 5) this.controller?.enqueue(answer.slice(at, at + 5));
      },
    });
    return Promise.resolve();
  };

  readonly close = (): Promise<void> => Promise.resolve();
}

test("a program that never stops talking is given up like one that is silent", async () => {
  const port = new ChipPort();
  port.isSilent = true;
  const opening = Device.open(new SerialLine(port, 30));
  const talking = setInterval(() => port.controller?.enqueue(new TextEncoder().encode("ready ")), 5);
  await expect(opening).rejects.toThrow("answers in another protocol");
  clearInterval(talking);
});

test("over a serial port in pieces; who is silent is given up, and a pulled plug is reported", async () => {
  const port = new ChipPort();
  const device = await Device.open(new SerialLine(port, 30));
  expect(valueOf((await device.run(number(Math.PI / 2))).outputs[0]?.pieces[0])).toBeCloseTo(1, 1);
  port.isSilent = true;
  await expect(device.run(number(0))).rejects.toThrow("does not answer");
  const onReport = new Promise<string>((resolve) => (device.onClosed = resolve));
  port.readable = null;
  port.controller?.error(new DOMException("The device has been lost.", "NetworkError"));
  expect(await onReport).toContain("The connection ended");
  await device.close();
});
