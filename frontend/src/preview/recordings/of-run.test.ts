import { expect, test } from "vitest";
import type { CapabilityRequest } from "../../runtime";
import { recordingOfRun } from "./of-run";
import { windowsOf } from "./capture/recording";

const request = (kind: string, size: number, parameters: Record<string, number>): CapabilityRequest =>
  ({ id: 1, kind, size, parameters, type: null, stage: null }) as unknown as CapabilityRequest;

test.each([
  ["a sound", request("SOUND", 8, { hz: 8000 }), Int16Array.from([0, -32768, 32767, 5]).buffer],
  [
    "a picture",
    request("IMAGE", 4, { width: 2, height: 2, pixel_format: 2 }),
    Uint8Array.from([0, 9, 200, 255]).buffer,
  ],
  ["a motion", request("ACCEL", 24, {}), Float32Array.from([1, 2, 3, -0.5, 0, 9.75]).buffer],
])("%s gives the rune again what it was given", (_, requests, inputs) => {
  const recording = recordingOfRun([requests], new Map([[0, inputs]]), "up");
  const windows = recording === null ? null : windowsOf(recording.content, requests);
  expect(new Uint8Array(windows?.at(0) ?? new ArrayBuffer(0))).toEqual(new Uint8Array(inputs));
});

test("numbers and random inputs are no recordings", () => {
  const inputs = new Map([[0, new ArrayBuffer(4)]]);
  expect(recordingOfRun([request("RAW", 4, {})], inputs, "x")).toBeNull();
  expect(recordingOfRun([request("SOUND", 4, {})], new Map(), "x")).toBeNull();
});
