import { expect, test } from "vitest";
import type { CapabilityRequest } from "../../../runtime";
import { LastWindow } from "./last-window";

const stream: CapabilityRequest = {
  id: 1,
  kind: "SOUND",
  parameters: { hz: 1000 },
  size: 200,
  type: null,
  stage: null,
  isStream: true,
};
const chunk = (value: number): ArrayBuffer => new Int16Array(100).fill(value).buffer;

test("a stream's last window is its newest chunks, as long as the model listens", () => {
  const window = new LastWindow(300);
  for (const value of [1, 2, 3, 4]) window.push(stream, chunk(value), 100);
  const content = window.recording("knock")?.content;
  if (content?.kind !== "sound") throw new Error("no sound");
  expect(content.samples.length).toBe(300);
  expect([content.samples[0], content.samples[299]]).toEqual([2 / 32768, 4 / 32768]);
});

test("of another rune nothing is left, and nothing is made of nothing", () => {
  const window = new LastWindow(300);
  expect(window.recording("knock")).toBeNull();
  window.push(stream, chunk(1), 100);
  window.push({ ...stream, isStream: false }, chunk(2), 100);
  const content = window.recording("knock")?.content;
  expect(content?.kind === "sound" && content.samples.length).toBe(100);
});
