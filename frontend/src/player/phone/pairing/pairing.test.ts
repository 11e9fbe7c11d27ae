// The phone's end of a pairing: what it says, what it never says, and how often.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunNews } from "../../../preview";
import type { LoadedRune } from "../../../runtime";
import { Pairing, type PairingSocket } from "./pairing";

class FakeWire implements PairingSocket {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  bufferedAmount = 0;
  readonly messages: { type: string }[] = [];
  isClosed = false;

  send(text: string): void {
    this.messages.push(JSON.parse(text) as { type: string });
  }

  close(): void {
    this.isClosed = true;
  }

  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }

  end(reason: string): void {
    this.onclose?.({ reason } as CloseEvent);
  }
}

const news = (value: number, size = 1): RunNews => ({
  outputs: [
    {
      channel: 1,
      stage: "answer",
      tensors: [{ type: "f32", dimensions: [size], elements: Array<number>(size).fill(value) }],
    },
  ],
  milliseconds: 0.1,
  isStream: true,
});

const LOADED = { wordlists: [["up", "down"]] } as unknown as LoadedRune;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

function pair() {
  const wire = new FakeWire();
  const pairing = new Pairing(() => wire);
  pairing.runs("Build 3", LOADED);
  pairing.start();
  wire.hear({ type: "digits", digits: "0042" });
  return { wire, pairing };
}

test("nothing is sent before the digits are confirmed", () => {
  const { wire, pairing } = pair();
  expect(pairing.state.getState()).toEqual({ phase: "waiting", digits: "0042", notice: null });
  pairing.send(news(1));
  expect(wire.messages).toEqual([]);
  wire.hear({ type: "paired" });
  expect(wire.messages).toEqual([{ type: "about", title: "Build 3", wordlists: [["up", "down"]] }]);
});

test("results go with their timing and nothing of what the rune was given", () => {
  const { wire, pairing } = pair();
  wire.hear({ type: "paired" });
  pairing.send({ ...news(1), inputs: [1, 2, 3] } as RunNews);
  expect(wire.messages.at(-1)).toEqual({ type: "outputs", ...news(1) });
});

test("of many results eight a second go, the newest of them", () => {
  const { wire, pairing } = pair();
  wire.hear({ type: "paired" });
  for (let value = 0; value < 100; value += 1) {
    pairing.send(news(value));
    vi.advanceTimersByTime(10);
  }
  const results = wire.messages.filter(({ type }) => type === "outputs");
  expect(results.length).toBeGreaterThan(6);
  expect(results.length).toBeLessThanOrEqual(9);
  vi.advanceTimersByTime(1000);
  expect(wire.messages.at(-1)).toMatchObject(news(99));
});

test("a result that is too large stays here and is said so", () => {
  const { wire, pairing } = pair();
  wire.hear({ type: "paired" });
  pairing.send(news(0.123456789, 20_000));
  expect(wire.messages).toHaveLength(1);
  expect(pairing.state.getState().notice).toContain("too large");
});

test("a connection that lags is spared", () => {
  const { wire, pairing } = pair();
  wire.hear({ type: "paired" });
  wire.bufferedAmount = 1e6;
  pairing.send(news(1));
  expect(wire.messages).toHaveLength(1);
});

test("either end closes it for good, with the reason", () => {
  const { wire, pairing } = pair();
  wire.hear({ type: "paired" });
  wire.end("The studio ended the connection.");
  expect(pairing.state.getState()).toEqual({ phase: "off", digits: null, notice: "The studio ended the connection." });
  const again = pair();
  again.pairing.stop();
  expect([again.wire.isClosed, again.pairing.state.getState().phase]).toEqual([true, "off"]);
});
