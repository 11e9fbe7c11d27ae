import { expect, test } from "vitest";
import type { BoardLine } from "../../../preview";
import { deviceName } from "./device";
import { BoardSensor } from "./sensors";
import type { TimedRow } from "../../../preview/phone";

type Events = Parameters<BoardLine["connect"]>[2];

/** A port that a test sends on, and how often it was asked for. */
function scriptedPort(): { line: BoardLine; events: () => Events; requests: () => number; isOpen: () => boolean } {
  let events: Events | null = null;
  let signal: AbortSignal | null = null;
  let count = 0;
  return {
    line: {
      connect: (_, aborting, listeners) => {
        [events, signal, count] = [listeners, aborting, count + 1];
        return Promise.resolve();
      },
    },
    events: () => {
      if (events === null) throw new Error("nothing is connected");
      return events;
    },
    requests: () => count,
    isOpen: () => signal?.aborted === false,
  };
}

const ignore = (): void => undefined;

test("a port is asked for once, stays open between recordings, and is closed at the end", async () => {
  const port = scriptedPort();
  const sensor = new BoardSensor(port.line, "sound");
  const blocks: number[][] = [];
  for (const loudness of [0.25, 0.5]) {
    const recording = new AbortController();
    await sensor.sound(8000, recording.signal, (block) => blocks.push([...block]), ignore);
    port.events().onMessage({ what: "sound", rate: 8000, samples: Float32Array.of(loudness) });
    recording.abort();
    port.events().onMessage({ what: "sound", rate: 8000, samples: Float32Array.of(1) });
  }
  expect(blocks).toEqual([[0.25], [0.5]]);
  expect(port.requests()).toBe(1);
  expect(port.isOpen()).toBe(true);
  sensor.close();
  expect(port.isOpen()).toBe(false);
});

test("sound of another rate becomes sound of the wanted one", async () => {
  const port = scriptedPort();
  let count = 0;
  await new BoardSensor(port.line, "sound").sound(
    8000,
    new AbortController().signal,
    (block) => (count += block.length),
    ignore,
  );
  for (let piece = 0; piece < 100; piece += 1)
    port.events().onMessage({ what: "sound", rate: 16_000, samples: new Float32Array(160) });
  expect(count).toBeGreaterThan(7900);
  expect(count).toBeLessThanOrEqual(8000);
});

test("rows that came together get times between them, in metres per second squared", async () => {
  const port = scriptedPort();
  let now = 100;
  const sensor = new BoardSensor(port.line, "motion", () => now);
  sensor.takeUnit("g");
  const rows: TimedRow[] = [];
  await sensor.motion(new AbortController().signal, (more) => rows.push(...more), ignore);
  now = 140;
  port.events().onMessage({
    what: "motion",
    rows: [
      [0, 0, 1],
      [1, 0, 0],
    ],
  });
  expect(rows).toEqual([
    { at: 120, row: [0, 0, 9.80665] },
    { at: 140, row: [9.80665, 0, 0] },
  ]);
});

test("a line that is cut ends the recording with its reason, and the next one asks for a port again", async () => {
  const port = scriptedPort();
  const sensor = new BoardSensor(port.line, "motion");
  const reasons: string[] = [];
  await sensor.motion(new AbortController().signal, ignore, (reason) => reasons.push(reason));
  port.events().onClosed("The line was cut.");
  expect(reasons).toEqual(["The line was cut."]);
  await sensor.motion(new AbortController().signal, ignore, ignore);
  expect(port.requests()).toBe(2);
});

test("a recording of a board says so, and not which computer it was at", () => {
  expect(deviceName("Mozilla/5.0 (Linux; Android 15)", { kind: "sound", rate: 16_000 }, true)).toBe("board, 16 kHz");
});
