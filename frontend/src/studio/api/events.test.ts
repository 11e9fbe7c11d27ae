import type { ProjectEvent } from "../../api/schema";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EventStream, type Socket } from "./events";
import type { PushedRune } from "./pushed-rune";

/** The wire: what a browser's socket does, without a network. */
class Wire implements Socket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  binaryType: BinaryType = "blob";

  constructor(readonly address: string) {}

  close(): void {
    this.onclose?.({} as CloseEvent);
  }

  deliver(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
}

function follow(
  sequence: number,
  refetch: () => Promise<number> = () => Promise.reject(new Error("no read expected")),
) {
  const wires: Wire[] = [];
  const events: ProjectEvent[] = [];
  const runes: PushedRune[] = [];
  const connections: boolean[] = [];
  const reads = vi.fn(refetch);
  const signedOut = vi.fn<() => void>();
  const stream = new EventStream({
    address: "ws://forge/events",
    person: "p1",
    onSignedOut: signedOut,
    sequence,
    open: (address) => {
      const wire = new Wire(address);
      wires.push(wire);
      return wire;
    },
    refetch: reads,
    onEvent: (event) => events.push(event),
    onRune: (rune) => runes.push(rune),
    onConnected: (now) => connections.push(now),
  });
  stream.start();
  const last = (): Wire => {
    const wire = wires.at(-1);
    if (wire === undefined) throw new Error("nothing was opened");
    return wire;
  };
  return { stream, wires, last, events, runes, connections, reads, signedOut };
}

function event(sequence: number): object {
  return { sequence, type: "preview.changed", data: {} };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("while nothing is missing", () => {
  test("each event is given once and in order", () => {
    const { last, events, reads } = follow(5);
    expect(last().address).toBe("ws://forge/events?after=5&runes=1&as=p1");
    last().deliver({ type: "hello", sequence: 5 });
    for (const sequence of [6, 6, 5, 7]) last().deliver(event(sequence));
    expect(events.map((each) => each.sequence)).toEqual([6, 7]);
    expect(reads).not.toHaveBeenCalled();
  });

  test("a rune is given as it comes, whatever its event does", () => {
    const { last, runes, events, reads } = follow(5);
    expect(last().binaryType).toBe("arraybuffer");
    last().deliver({ type: "hello", sequence: 5 });
    const header = JSON.stringify({ sequence: 7, version: "v", digest: "d" });
    last().onmessage?.({ data: new TextEncoder().encode(`${header}\n12`).buffer } as MessageEvent);
    expect(runes).toMatchObject([{ sequence: 7, version: "v", digest: "d" }]);
    expect(runes[0]?.bytes.byteLength).toBe(2);
    expect(events).toEqual([]);
    expect(reads).not.toHaveBeenCalled();
  });

  test("what is not an event is passed over", () => {
    const { last, events } = follow(0);
    last().onmessage?.({ data: "not json" } as MessageEvent);
    last().deliver({ type: "odd" });
    expect(events).toEqual([]);
  });
});

describe("when a number is missing", () => {
  test("the state is read again and the events after it are given", async () => {
    const { last, events, reads } = follow(5, () => Promise.resolve(8));
    last().deliver({ type: "hello", sequence: 5 });
    last().deliver(event(8));
    last().deliver(event(9));
    await vi.runAllTimersAsync();
    expect(reads).toHaveBeenCalledTimes(1);
    expect(events.map((each) => each.sequence)).toEqual([9]);
  });

  test("a hello with another number than ours reads the state", async () => {
    const { last, reads } = follow(5, () => Promise.resolve(7));
    last().deliver({ type: "hello", sequence: 7 });
    await vi.runAllTimersAsync();
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test("a state that changed without an event is read again, also while it is being read", async () => {
    const { last, reads, events } = follow(5, () => Promise.resolve(5));
    last().deliver({ type: "hello", sequence: 5 });
    last().deliver({ type: "state.changed", sequence: 5 });
    last().deliver({ type: "state.changed", sequence: 5 });
    last().deliver(event(6));
    await vi.runAllTimersAsync();
    expect(reads).toHaveBeenCalledTimes(2);
    expect(events.map((each) => each.sequence)).toEqual([6]);
  });

  test("events that come while the state is read for another reason are given after it", async () => {
    let answer = (_sequence: number): void => undefined;
    const { stream, last, events } = follow(5, () => new Promise((resolve) => (answer = resolve)));
    last().deliver({ type: "hello", sequence: 5 });
    void stream.readAgain();
    last().deliver(event(6));
    last().deliver(event(7));
    expect(events).toEqual([]);
    answer(6);
    await vi.runAllTimersAsync();
    expect(events.map((each) => each.sequence)).toEqual([7]);
  });

  test("a read that fails begins again from the socket", async () => {
    let fails = true;
    const { last, wires, reads, events } = follow(5, () =>
      fails ? Promise.reject(new Error("down")) : Promise.resolve(9),
    );
    last().deliver({ type: "hello", sequence: 9 });
    await vi.advanceTimersByTimeAsync(1000);
    fails = false;
    expect(wires.length).toBe(2);
    last().deliver({ type: "hello", sequence: 9 });
    await vi.advanceTimersByTimeAsync(10);
    last().deliver(event(10));
    expect(reads).toHaveBeenCalledTimes(2);
    expect(events.map((each) => each.sequence)).toEqual([10]);
  });
});

describe("when the socket is lost", () => {
  test("it is opened again, later each time, after what was seen last", async () => {
    const { last, wires, connections } = follow(5);
    last().deliver({ type: "hello", sequence: 5 });
    last().deliver(event(6));
    last().close();
    await vi.advanceTimersByTimeAsync(400);
    expect(last().address).toBe("ws://forge/events?after=6&runes=1&as=p1");
    last().close();
    await vi.advanceTimersByTimeAsync(300);
    expect(wires.length).toBe(2);
    await vi.advanceTimersByTimeAsync(600);
    expect(wires.length).toBe(3);
    expect(connections).toEqual([true, false, false]);
  });

  test("the state is read again, for what changes without a number is not sent again", async () => {
    const { last, reads } = follow(5, () => Promise.resolve(5));
    last().deliver({ type: "hello", sequence: 5 });
    last().close();
    await vi.advanceTimersByTimeAsync(400);
    last().deliver({ type: "hello", sequence: 5 });
    await vi.runAllTimersAsync();
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test("it is opened at once when the browser is online again", () => {
    const { stream, last, wires } = follow(5);
    last().close();
    stream.retry();
    expect(wires.length).toBe(2);
  });

  test("a page that is left opens nothing more", async () => {
    const { stream, wires } = follow(5);
    stream.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(wires.length).toBe(1);
  });
});

test("a session that ended is reported, and nothing is opened until someone is signed in again", async () => {
  vi.useFakeTimers();
  const { stream, wires, last, signedOut } = follow(3);
  expect(last().address).toBe("ws://forge/events?after=3&runes=1&as=p1");
  last().onclose?.({ code: 4401 } as CloseEvent);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(signedOut).toHaveBeenCalledTimes(1);
  expect(wires).toHaveLength(1);
  stream.retry();
  expect(wires).toHaveLength(2);
  vi.useRealTimers();
});
