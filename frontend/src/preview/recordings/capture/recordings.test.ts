// Recordings: cut by their ends, given again window by window, and written as files.
import { describe, expect, test, vi } from "vitest";
import type { CapabilityRequest } from "../../../runtime";
import { parseRows } from "../../motion/file";
import { toI16 } from "../../sound/samples";
import { csvOf, wavOf } from "./encode";
import { motionCapture, pictureCapture, soundCapture } from "./capture";
import type { RecordingShelf } from "../shelf";
import { RecordingStore } from "../store";
import { lengthOf, lengthText, trimmed, windowsOf, type Content, type Recording } from "./recording";

const request = (
  kind: CapabilityRequest["kind"],
  size: number,
  parameters: Record<string, number> = {},
): CapabilityRequest => ({ id: 1, kind, parameters, size, type: null, stage: null });
const ramp = (count: number) => Float32Array.from({ length: count }, (_, index) => index / 32768);
const sound: Content = { kind: "sound", rate: 1000, samples: ramp(3000) };

test("a recorded sound is joined and gives the windows that were heard", () => {
  const capture = soundCapture(1000);
  expect(capture.content()).toBeNull();
  capture.push(ramp(1000), 0);
  capture.push(ramp(500), 1);
  const content = capture.content();
  expect(content).toMatchObject({ kind: "sound", rate: 1000 });
  if (content === null) return;
  expect(lengthOf(content)).toBe(1500);
  const windows = windowsOf(content, request("SOUND", 2000, { hz: 1000 }));
  expect([windows?.count, windows?.step]).toEqual([3, 250]);
  expect([...new Int16Array(windows?.at(1) ?? new ArrayBuffer(0))].slice(0, 3)).toEqual([250, 251, 252]);
});

test("a recording shorter than a window is filled with silence", () => {
  const windows = windowsOf({ ...sound, samples: ramp(10) }, request("SOUND", 40, { hz: 1000 }));
  expect(windows?.count).toBe(1);
  expect([...new Int16Array(windows?.at(0) ?? new ArrayBuffer(0))].slice(8, 12)).toEqual([8, 9, 0, 0]);
});

test("a recording of another rate is resampled to the rune's", () => {
  const windows = windowsOf(sound, request("SOUND", 1000, { hz: 500 }));
  expect(windows?.count).toBe(1 + Math.floor((1500 - 500) / 125));
  expect(windows?.at(0).byteLength).toBe(1000);
});

test("a recording is cut by its ends and is never empty", () => {
  const store = new RecordingStore();
  const recording = store.add(sound);
  store.change(recording.id, { from: 1000, to: 2000 });
  expect(lengthOf(trimmed(store.state.getState()[0] ?? recording))).toBe(1000);
  store.change(recording.id, { from: 3000, to: 3000 });
  expect(trimmed(store.state.getState()[0] ?? recording)).toMatchObject({ samples: { length: 1 } });
});

test("pictures are kept with their times, and one that is cut out alone stays", () => {
  const picture = { width: 2, height: 1, format: "gray", isFloat: false } as const;
  const capture = pictureCapture(picture);
  for (const [index, at] of [500, 600, 700].entries()) capture.push(Uint8Array.of(index, index).buffer, at);
  const content = capture.content();
  if (content === null) throw new Error("nothing was recorded");
  expect(content).toMatchObject({ times: [0, 100, 200] });
  const recording = new RecordingStore().add(content);
  const cut = trimmed({ ...recording, from: 130, to: 140 });
  expect(cut).toMatchObject({ times: [0], frames: { length: 1 } });
  expect(lengthText(cut)).toBe("one picture");
  const windows = windowsOf(cut, request("IMAGE", 2, { width: 2, height: 1, pixel_format: 2 }));
  expect([...new Uint8Array(windows?.at(0) ?? new ArrayBuffer(0))]).toEqual([1, 1]);
});

test("pictures are resized for a rune that asks for other sides", () => {
  const content: Content = {
    kind: "picture",
    picture: { width: 4, height: 4, format: "rgb", isFloat: false },
    frames: [new Uint8Array(48).fill(90).buffer],
    times: [0],
  };
  const windows = windowsOf(content, request("FLOAT_IMAGE", 2 * 2 * 4, { width: 2, height: 2, pixel_format: 2 }));
  expect([...new Float32Array(windows?.at(0) ?? new ArrayBuffer(0))].map((value) => Math.abs(value - 90) <= 1)).toEqual(
    [true, true, true, true],
  );
});

test("motion is given once, row by row, to a rune that makes windows itself", () => {
  const rows = Array.from({ length: 11 }, (_, row) => [row, 0, 0] as const);
  const content = { kind: "motion", rows, times: rows.map((_, row) => row * 20) } as const;
  const windows = windowsOf(content, { ...request("ACCEL", 60, {}), isStream: true });
  if (windows === null) throw new Error("motion is for ACCEL");
  expect([windows.count, windows.step]).toEqual([2, 100]);
  const samples = [0, 1].flatMap((index) => [...new Float32Array(windows.at(index))].filter((_, at) => at % 3 === 0));
  expect(samples).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("motion is given again as the last rows before each moment", () => {
  const capture = motionCapture();
  for (let index = 0; index < 50; index += 1) capture.push([index, 0, 0], index * 20);
  const content = capture.content();
  if (content === null) throw new Error("nothing was recorded");
  const windows = windowsOf(content, request("ACCEL", 10 * 12));
  expect(windows?.count).toBe(1 + Math.floor(40 / 6));
  expect(new Float32Array(windows?.at(1) ?? new ArrayBuffer(0))[0]).toBe(6);
});

test("a recording is not for a capability of another kind", () => {
  expect(windowsOf(sound, request("IMAGE", 4))).toBeNull();
  expect(windowsOf(sound, request("RAW", 4))).toBeNull();
});

test("a recording ends by itself before it fills the memory", () => {
  const capture = soundCapture(16000);
  let pushes = 0;
  while (capture.push(new Float32Array(16000), 0)) pushes += 1;
  expect(pushes).toBe(59);
});

test("a wav holds the very samples that a rune was given", () => {
  const wav = wavOf(ramp(100), 16000);
  const view = new DataView(wav);
  expect(new TextDecoder().decode(wav.slice(0, 4))).toBe("RIFF");
  expect([
    view.getUint32(4, true),
    view.getUint16(22, true),
    view.getUint32(24, true),
    view.getUint32(40, true),
  ]).toEqual([236, 1, 16000, 200]);
  expect(new Int16Array(wav.slice(44))).toEqual(new Int16Array(toI16(ramp(100))));
});

test("a csv reads back as the same rows", () => {
  const rows = [
    [0.1, -9.81, 3e-7],
    [1, 2, 3],
  ] as const;
  expect(parseRows(csvOf(rows)).map((row) => row.map(Math.fround))).toEqual(rows.map((row) => row.map(Math.fround)));
});

describe("a page with a shelf", () => {
  /** A shelf in memory. It rejects what it is given while `isFull`. */
  class MemoryShelf implements RecordingShelf {
    readonly records = new Map<number, Recording>();
    isFull = false;
    read = async (): Promise<readonly Recording[]> => Promise.resolve([...this.records.values()]);
    put = async (recording: Recording): Promise<void> => {
      if (this.isFull) throw new Error("The quota is reached.");
      this.records.set(recording.id, recording);
      return Promise.resolve();
    };
    remove = async (id: number): Promise<void> => {
      this.records.delete(id);
      return Promise.resolve();
    };
  }
  const labels = (store: RecordingStore) => store.state.getState().map(({ id, label }) => [id, label]);

  test("has its recordings, names and cuts again after a reload", async () => {
    const shelf = new MemoryShelf();
    const before = new RecordingStore(shelf);
    const first = before.add(sound);
    before.change(first.id, { label: "clap", to: 500 });
    before.remove(before.add(sound).id);
    const after = new RecordingStore(shelf);
    await vi.waitFor(() => expect(labels(after)).toEqual([[1, "clap"]]));
    expect(after.state.getState()[0]).toMatchObject({ from: 0, to: 500, content: sound });
    expect(after.add(sound).id).toBe(2);
  });

  test("keeps what is recorded before the earlier ones are read", async () => {
    const shelf = new MemoryShelf();
    new RecordingStore(shelf).add(sound, "earlier");
    const after = new RecordingStore(shelf);
    after.add(sound, "new");
    await vi.waitFor(() => expect(labels(after)).toEqual([[2, "earlier"], [1, "new"]])); // prettier-ignore
    expect([...shelf.records.values()].map(({ id, label }) => [id, label])).toEqual([[1, "new"], [2, "earlier"]]); // prettier-ignore
  });

  // protects: recordings/browser-samples
  test("stores no sample of the project, whose consent may be withdrawn", async () => {
    const shelf = new MemoryShelf();
    new RecordingStore(shelf).add(sound, "own");
    const store = new RecordingStore(shelf);
    const sample = store.addSample(sound, "sample");
    store.change(sample.id, { label: "still a sample", to: 500 });
    expect([...store.unsavedIds.getState()]).toEqual([sample.id]);
    await vi.waitFor(() => expect(labels(store)).toEqual([[2, "own"], [1, "still a sample"]])); // prettier-ignore
    expect([...shelf.records.values()].map(({ id, label }) => [id, label])).toEqual([[2, "own"]]);
  });

  test("says which recordings a reload would lose", async () => {
    const shelf = new MemoryShelf();
    shelf.isFull = true;
    const store = new RecordingStore(shelf);
    const { id } = store.add(sound);
    await vi.waitFor(() => expect([...store.unsavedIds.getState()]).toEqual([id]));
    shelf.isFull = false;
    store.change(id, { label: "clap" });
    await vi.waitFor(() => expect([...store.unsavedIds.getState()]).toEqual([]));
  });
});
