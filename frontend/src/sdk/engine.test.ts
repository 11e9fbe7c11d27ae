import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Limits } from "../runtime/types";
import { openInWorker, type EngineReply, type EngineRequest } from "./engine";

const workers: StubWorker[] = [];

/** Loads at once, and answers a run on request. */
class StubWorker {
  isTerminated = false;
  onmessage: ((event: { data: EngineReply }) => void) | null = null;
  readonly requests: string[] = [];

  constructor() {
    workers.push(this);
  }

  postMessage({ type }: EngineRequest): void {
    this.requests.push(type);
    if (type === "load") queueMicrotask(() => this.answer({ ok: true, value: {} as never }));
  }

  answer(data: EngineReply): void {
    this.onmessage?.({ data });
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const LIMITS = { milliseconds: 8000 } as Limits;
const newest = (): StubWorker => workers[workers.length - 1] as StubWorker;

beforeEach(() => {
  workers.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("Worker", StubWorker);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("after a run that was too long the next one begins with a fresh worker", async () => {
  const engine = await openInWorker(new ArrayBuffer(8), LIMITS);
  const late = expect(engine.run(new Map())).rejects.toThrow("ran longer than 8000 ms");
  await vi.advanceTimersByTimeAsync(8000);
  await late;
  expect(newest().isTerminated).toBe(true);
  const next = engine.run(new Map());
  await vi.advanceTimersByTimeAsync(0);
  expect(workers).toHaveLength(2);
  newest().answer({ ok: true, value: "done" as never });
  expect(await next).toBe("done");
});

test("an input that does not fit leaves the worker as it is", async () => {
  const engine = await openInWorker(new ArrayBuffer(8), LIMITS);
  const refusal = expect(engine.run(new Map())).rejects.toThrow("4 bytes");
  await vi.advanceTimersByTimeAsync(0);
  newest().answer({ ok: false, name: "input", message: "It reads 4 bytes." });
  await refusal;
  expect(newest().isTerminated).toBe(false);
});

test("closing ends a run at once, and says so", async () => {
  const engine = await openInWorker(new ArrayBuffer(8), LIMITS);
  const ending = expect(engine.run(new Map())).rejects.toThrow("The rune was closed.");
  await vi.advanceTimersByTimeAsync(0);
  engine.close();
  await ending;
  await expect(engine.run(new Map())).rejects.toThrow("The rune was closed.");
  expect(workers).toHaveLength(1);
});

test("counts are taken between runs, and none of a worker that has ended", async () => {
  const engine = await openInWorker(new ArrayBuffer(8), LIMITS);
  const run = engine.run(new Map());
  const counts = engine.takeCounts();
  await vi.advanceTimersByTimeAsync(0);
  expect(newest().requests).toEqual(["load", "run"]);
  newest().answer({ ok: true, value: "done" as never });
  await run;
  await vi.advanceTimersByTimeAsync(0);
  expect(newest().requests).toEqual(["load", "run", "counts"]);
  newest().answer({ ok: true, value: { labels: [1], confidence: [], features: [] } });
  expect((await counts)?.labels).toEqual([1]);
  const late = expect(engine.run(new Map())).rejects.toThrow("ran longer");
  await vi.advanceTimersByTimeAsync(8000);
  await late;
  expect(await engine.takeCounts()).toBeNull();
  expect(workers).toHaveLength(1);
});
