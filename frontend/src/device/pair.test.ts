import { expect, test, vi } from "vitest";
import type { LoadedRune, RunResult } from "../runtime";
import { Device } from "./serial/device";
import { ChipLine, sine } from "./fixtures.test-support";
import { hexadecimal } from "./outputs";
import { DevicePair, type Twin } from "./pair";
import { Pico } from "./virtual/pico";

const CAPABILITY = { id: 5, kind: "RAW", parameters: {}, size: 4, type: "f32[1, 1]", stage: "number" } as const;
const LOADED = { capabilities: [CAPABILITY], outputs: [], models: [], wordlists: [] } as unknown as LoadedRune;
/** The sine of 0.5 by the template's model, of which the last bits are the model's own. */
const inputs = new Map([[0, new Float32Array([0.5]).buffer]]);

/** A rune in the page that answers what `value` gives. */
function twin(value: () => number, size = 4): Twin {
  const result = (): RunResult => ({
    outputs: [{ channel: 0, stage: "result", tensors: [{ type: "f32", dimensions: [1, 1], elements: [value()] }] }],
    watchedMessages: [],
    milliseconds: 0.1,
    modelMilliseconds: 0,
    logs: [],
  });
  return {
    load: () => Promise.resolve({ ...LOADED, capabilities: [{ ...CAPABILITY, size }] }),
    run: () => Promise.resolve(result()),
  };
}

async function startPair(page: Twin): Promise<DevicePair> {
  const pair = new DevicePair(() => false);
  await pair.start(new ArrayBuffer(0), page, () => Device.open(new ChipLine(new Pico(sine()))));
  return pair;
}

test("a board whose rune takes another input is refused before anything runs", async () => {
  const pair = await startPair(twin(() => 0, 8));
  expect(pair.state.getState()).toMatchObject({ phase: "failed", runs: 0 });
  expect(pair.state.getState().error).toContain("takes another input");
});

test("other bytes are reported as such, the same ones as the same, and each run is counted", async () => {
  const device = await Device.open(new ChipLine(new Pico(sine())));
  const [piece] = (await device.run(new Uint8Array(new Float32Array([0.5]).buffer))).outputs[0]?.pieces ?? [];
  const right = new DataView((piece ?? new Uint8Array(4)).slice().buffer).getFloat32(0, true);
  const answers = [right, right + 1e-7, right];
  const pair = await startPair(twin(() => answers.shift() ?? NaN));
  for (const [runs, same] of [
    [1, 1],
    [2, 1],
    [3, 2],
  ]) {
    pair.offer(inputs);
    await vi.waitFor(() => expect(pair.state.getState().runs).toBe(runs));
    expect(pair.state.getState().same).toBe(same);
  }
  const { board, page, ran } = pair.state.getState();
  expect(board.sentOutputs.map(({ bytes }) => hexadecimal(bytes))).toEqual(
    page.sentOutputs.map(({ bytes }) => hexadecimal(bytes)),
  );
  expect(board.readings.cards[0]).toMatchObject({ kind: "number", value: right });
  expect(ran?.cycles).toBeGreaterThan(10_000);
});

test("while it rests nothing begins, and the newest input goes on afterwards", async () => {
  const run = vi.fn(() => 0);
  const pair = await startPair(twin(run));
  pair.rest(true);
  pair.offer(new Map([[0, new ArrayBuffer(8)]]));
  pair.offer(inputs);
  expect(run).not.toHaveBeenCalled();
  pair.rest(false);
  await vi.waitFor(() => expect(pair.state.getState().runs).toBe(1));
  expect(pair.state.getState().error).toBeNull();
});
