// A session drives the worker's own core, in this process: what it runs, what it drops, what it keeps.
import { expect, test, vi } from "vitest";
import { MOST_OUTPUT_BYTES } from "../../declared/run-limits";
import { DEFAULT_LIMITS } from "../../runtime/types";
import { assemble, call, echo, mirror, UNREACHABLE } from "../../runtime/assembler.test-support";
import { RuneInstance } from "../../runtime/instance";
import { unpackResult } from "../../runtime/frame/packing";
import { Session, type PreviewEngine } from "./session";

const RAW = 5;

/** The real core without the frame around it; each answer waits until the test lets it go. */
function engine(): PreviewEngine & { release: () => void; runs: number } {
  let instance: RuneInstance | null = null;
  let gate: (() => void) | null = null;
  return {
    runs: 0,
    release() {
      gate?.();
    },
    async load(rune, limits) {
      instance = await RuneInstance.load(rune, limits);
      return instance.loadedRune;
    },
    async run(inputs) {
      this.runs += 1;
      await new Promise<void>((resolve) => {
        gate = resolve;
      });
      if (instance === null) throw new Error("nothing is loaded");
      return unpackResult(instance.run(inputs));
    },
  };
}

/** The same, where what is read is a stream. */
function streaming(core: PreviewEngine): PreviewEngine {
  return {
    run: (inputs) => core.run(inputs),
    load: async (rune, limits, extras) => {
      const loadedRune = await core.load(rune, limits, extras);
      return { ...loadedRune, capabilities: loadedRune.capabilities.map((each) => ({ ...each, isStream: true })) };
    },
  };
}

const bytes = (...values: number[]) => Uint8Array.from(values).buffer;
const values = (session: Session) => {
  const card = session.state.getState().readings.cards[0];
  return card?.kind === "scores" ? card.tensor.elements : null;
};

test("input that comes during a run replaces the input that waits", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  for (const value of [1, 2, 3, 4]) session.offer(0, bytes(value, value), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([1, 1]));
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([4, 4]));
  expect(core.runs).toBe(2);
});

test("nothing runs before every capability has its input", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(assemble({ manifest: [...call("request_capability", RAW), ...call("request_capability", RAW)] }));
  session.offer(0, new ArrayBuffer(0), false);
  expect(core.runs).toBe(0);
  session.offer(1, new ArrayBuffer(0), false);
  expect(core.runs).toBe(1);
});

test("a new rune runs at once on the input that is there", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(7, 8), false);
  await session.use(mirror(RAW, 2, "i8[2]"));
  await vi.waitFor(() => {
    core.release();
    expect(values(session)).toEqual([7, 8]);
  });
});

test("a new rune of another format waits for its own input, also where it has as many bytes", async () => {
  const core = engine();
  let width = 20;
  const session = new Session({
    run: (inputs) => core.run(inputs),
    load: async (rune, limits, extras) => {
      const loadedRune = await core.load(rune, limits, extras);
      const parameters = { width, height: 800 / width };
      return { ...loadedRune, capabilities: loadedRune.capabilities.map((each) => ({ ...each, parameters })) };
    },
  });
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(7, 8), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([7, 8]));
  width = 40;
  await session.use(mirror(RAW, 2, "u8[2]"));
  expect(core.runs).toBe(1);
  session.offer(0, bytes(1, 2), false);
  expect(core.runs).toBe(2);
});

test("what the rune before answered stands until the new one has, and not beside what that answers", async () => {
  const core = engine();
  const session = new Session(core);
  const snapshots: unknown[] = [];
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(200, 8), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([200, 8]));
  session.state.subscribe(() => snapshots.push(values(session)));
  await session.use(mirror(RAW, 2, "i8[2]"));
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([-56, 8]));
  expect(snapshots).not.toContain(null);
  expect(session.state.getState().readings.cards).toHaveLength(1);
});

test("a rune that takes another's place is drawn once, with its first answer", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(200, 8), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([200, 8]));
  const { loadedRune } = session.state.getState();
  const drawings: unknown[] = [];
  session.state.subscribe((state) =>
    drawings.push([values(session), state.loadedRune === loadedRune, state.phase, state.runs]),
  );
  await session.use(mirror(RAW, 2, "i8[2]"));
  expect(drawings).toEqual([]);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([-56, 8]));
  expect(drawings).toEqual([[[-56, 8], false, "ready", 1]]);
});

test("of three runes in a row the middle one is never shown, where it had no time to answer", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(200, 8), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([200, 8]));
  const snapshots: unknown[] = [];
  session.state.subscribe(() => snapshots.push(values(session)));
  await session.use(mirror(RAW, 2, "i8[2]"), new Map(), "one text");
  await session.use(mirror(RAW, 2, "i8[2]"), new Map(), "one text");
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([-56, 8]));
  expect(snapshots).toEqual([[-56, 8]]);
  expect(session.state.getState().runs).toBe(1);
});

test("nothing of the rune before stands for long, nor beside an error", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(7, 8), false);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([7, 8]));
  await session.use(mirror(RAW, 2, "i8[2]"));
  expect(values(session)).toEqual([7, 8]);
  await vi.waitFor(() => expect(session.state.getState().readings.cards).toEqual([]));
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([7, 8]));
  await session.use(echo(RAW, 2, "{}", { call: UNREACHABLE }));
  core.release();
  await vi.waitFor(() => expect(session.state.getState().phase).toBe("failed"));
  expect(session.state.getState().readings.cards).toEqual([]);
});

test("a rune that reads a stream shows nothing of the one before: its window takes a while", async () => {
  const core = streaming(engine());
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  await session.use(mirror(RAW, 2, "i8[2]"));
  expect(session.state.getState().readings.cards).toEqual([]);
});

test("input of another length is not given to a new rune", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(7, 8), false);
  const before = core.runs;
  await session.use(mirror(RAW, 3, "u8[3]"));
  expect(core.runs).toBe(before);
});

test("a rune that gives up is said so, and can be started again", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(echo(RAW, 1, "{}", { call: UNREACHABLE }));
  session.offer(0, bytes(1), false);
  core.release();
  await vi.waitFor(() => expect(session.state.getState()).toMatchObject({ phase: "failed", error: { name: "trap" } }));
  session.withdraw(0);
  session.restart();
  await vi.waitFor(() => expect(session.state.getState().phase).toBe("ready"));
});

test("bytes that are no rune are said so", async () => {
  const session = new Session(engine());
  await session.use(bytes(1, 2, 3));
  expect(session.state.getState()).toMatchObject({ phase: "failed", error: { name: "bad-rune" } });
});

test("an interpreter on its way is shown until the rune is there", async () => {
  const shares: (number | null)[] = [];
  const engine: PreviewEngine = {
    load: async (rune, limits, { onFetch }) => {
      await Promise.resolve();
      onFetch?.("LiteRT.js", 0);
      onFetch?.("LiteRT.js", 0.5);
      return (await RuneInstance.load(rune, limits)).loadedRune;
    },
    run: () => Promise.reject(new Error("not asked for")),
  };
  const session = new Session(engine);
  session.state.subscribe(() => shares.push(session.state.getState().fetching?.share ?? null));
  await session.use(mirror(RAW, 2, "u8[2]"));
  expect(shares).toEqual([null, 0, 0.5, null]);
});

test("a rune that sends more than it may is allowed more by its person, up to an end", async () => {
  const core = engine();
  const session = new Session(core, { ...DEFAULT_LIMITS, outputBytes: 64 });
  await session.use(mirror(RAW, 100, "u8[100]"));
  session.offer(0, new ArrayBuffer(100), false);
  core.release();
  await vi.waitFor(() => expect(session.state.getState().error?.limit).toBe("output"));
  expect(session.moreOutput).toBe(256);
  session.allowMore();
  await vi.waitFor(() => {
    core.release();
    expect(session.state.getState().runs).toBe(1);
  });
  expect(session.state.getState().error).toBeNull();
  for (let times = 0; times < 20; times += 1) session.allowMore();
  expect(session.moreOutput).toBe(MOST_OUTPUT_BYTES);
});

test("a rune that reads a stream gets each chunk once, in order; where it is too slow the oldest are lost", async () => {
  const core = engine();
  const session = new Session(streaming(core));
  await session.use(mirror(RAW, 2, "u8[2]"));
  for (const value of [1, 2, 3]) session.offer(0, bytes(value, value), true);
  for (const value of [1, 2, 3]) {
    core.release();
    await vi.waitFor(() => expect(values(session)).toEqual([value, value]));
  }
  expect(core.runs).toBe(3);
  for (let value = 0; value < 80; value += 1) session.offer(0, bytes(value, value), true);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([0, 0]));
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([16, 16]));
});

test("what a run found of a source that was switched off since is not shown", async () => {
  const core = engine();
  const session = new Session(core);
  await session.use(mirror(RAW, 2, "u8[2]"));
  session.offer(0, bytes(1, 1), false);
  await vi.waitFor(() => expect(core.runs).toBe(1));
  session.withdraw(0);
  session.offer(0, bytes(2, 2), false);
  const snapshots: unknown[] = [];
  session.state.subscribe(() => snapshots.push(values(session)));
  await vi.waitFor(() => {
    core.release();
    expect(values(session)).toEqual([2, 2]);
  });
  expect(snapshots).not.toContainEqual([1, 1]);
});

test("a rune that keeps a part of a stream starts afresh with another source, so no window is of both", async () => {
  const core = engine();
  const stream = streaming(core);
  let loads = 0;
  const session = new Session({
    ...stream,
    load: (...all) => {
      loads += 1;
      return stream.load(...all);
    },
  });
  await session.use(mirror(RAW, 2, "u8[2]"));
  // Nothing was read yet: nothing to forget.
  session.withdraw(0);
  expect(loads).toBe(1);
  session.offer(0, bytes(1, 1), true);
  core.release();
  await vi.waitFor(() => expect(values(session)).toEqual([1, 1]));
  session.withdraw(0);
  expect([loads, values(session)]).toEqual([2, null]);
  // Input of the next source while the rune starts is not lost.
  session.offer(0, bytes(2, 2), true);
  await vi.waitFor(() => {
    core.release();
    expect(values(session)).toEqual([2, 2]);
  });
});

test("without a rune nothing is fetched, also when a part of the one before was on its way", () => {
  let report: ((name: string, share: number) => void) | undefined;
  const session = new Session({
    ...engine(),
    load: (_rune, _limits, { onFetch }) => {
      report = onFetch;
      return new Promise(() => undefined);
    },
  });
  void session.use(mirror(RAW, 2, "u8[2]"));
  report?.("LiteRT.js", 0.5);
  expect(session.state.getState().fetching).not.toBeNull();
  void session.use(null);
  expect(session.state.getState()).toMatchObject({ phase: "empty", fetching: null });
});
