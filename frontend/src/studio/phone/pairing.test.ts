// The studio's end of a pairing: who asks, whom its person confirms, and what is shown.
import { expect, test } from "vitest";
import { pathOf } from "./code";
import { StudioPairing, type PhoneSocket } from "./pairing";

class FakeWire implements PhoneSocket {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly messages: unknown[] = [];
  isClosed = false;

  send(text: string): void {
    this.messages.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
}

const ASKS = { type: "asks", pairing: "p", digits: "0042" };

function openPairing() {
  const wire = new FakeWire();
  const pairing = new StudioPairing(() => wire);
  pairing.listen();
  wire.hear({ type: "open" });
  return { wire, pairing };
}

test("a phone that asks is shown with its digits, and confirmed with them", () => {
  const { wire, pairing } = openPairing();
  wire.hear(ASKS);
  expect(pairing.state.getState().requests).toEqual([{ pairing: "p", digits: "0042" }]);
  pairing.confirm({ pairing: "p", digits: "0042" });
  expect(wire.messages).toEqual([{ type: "confirm", pairing: "p", digits: "0042" }]);
  expect(pairing.state.getState().isPaired).toBe(false);
  wire.hear({ type: "paired", pairing: "p" });
  expect(pairing.state.getState()).toMatchObject({ isPaired: true, requests: [] });
});

test("what the phone sends is read as if it had run here, with the phone's own words", () => {
  const { wire, pairing } = openPairing();
  wire.hear(ASKS);
  wire.hear({ type: "paired", pairing: "p" });
  wire.hear({ type: "about", title: "Build 3", wordlists: [["up", "down"]] });
  const tensors = [{ type: "f32", dimensions: [1, 2], elements: [0.9, 0.1] }];
  wire.hear({
    type: "outputs",
    outputs: [{ channel: 1, stage: "scores", tensors }],
    milliseconds: 0.5,
    isStream: false,
  });
  const { title, readings, milliseconds } = pairing.mirror.state.getState();
  expect([title, milliseconds]).toEqual(["Build 3", 0.5]);
  expect(readings.cards[0]).toMatchObject({ kind: "scores", scores: [{ name: "up" }, { name: "down" }] });
});

test("a dialog that closes ends the listening, but not a pairing", () => {
  const idle = openPairing();
  idle.pairing.rest();
  expect(idle.wire.isClosed).toBe(true);
  const { wire, pairing } = openPairing();
  wire.hear(ASKS);
  wire.hear({ type: "paired", pairing: "p" });
  pairing.rest();
  expect([wire.isClosed, pairing.state.getState().isPaired]).toEqual([false, true]);
  pairing.unpair();
  expect([wire.isClosed, pairing.state.getState().isPaired]).toEqual([true, false]);
});

test("a phone that goes, or is refused, is shown no longer", () => {
  const { wire, pairing } = openPairing();
  wire.hear(ASKS);
  wire.hear({ type: "gone", pairing: "p" });
  wire.hear({ ...ASKS, pairing: "q" });
  pairing.refuse({ pairing: "q", digits: "0042" });
  expect(pairing.state.getState().requests).toEqual([]);
  expect(wire.messages).toEqual([{ type: "refuse", pairing: "q" }]);
  wire.hear({ type: "ended", reason: "The phone ended the connection." });
  expect(pairing.state.getState().notice).toBe("The phone ended the connection.");
});

test("a phone that is a sensor is heard by the input that it feeds, until either ends", () => {
  const { wire, pairing } = openPairing();
  const calls: unknown[] = [];
  pairing.sensor = {
    onKey: (key) => Promise.resolve(void calls.push(key)),
    onFrame: (frame) => Promise.resolve(void calls.push(frame)),
    onEnd: (reason) => calls.push(reason),
  };
  wire.hear(ASKS);
  wire.hear({ type: "paired", pairing: "p" });
  expect(pairing.state.getState()).toMatchObject({ isPaired: true, isSensor: false });
  wire.hear({ type: "key", key: "K" });
  wire.hear({ type: "sealed", frame: "F" });
  expect(pairing.state.getState().isSensor).toBe(true);
  pairing.sendFrame("G");
  expect(wire.messages).toEqual([{ type: "sealed", frame: "G" }]);
  wire.hear({ type: "ended", reason: "The phone ended the connection." });
  pairing.unpair();
  expect(calls).toEqual(["K", "F", "The phone ended the connection.", null]);
});

test("a code is drawn by runs of dark cells", () => {
  expect(pathOf(["1101", "0000", "0010"])).toBe("M0 0h2v1h-2zM3 0h1v1h-1zM2 2h1v1h-1z");
});
