import { expect, test } from "vitest";
import { BadAnswer, readRan, type Hello, type DevicePort } from "./messages";
import { asMessages } from "../outputs";

const PLAIN: DevicePort = {
  name: "scores",
  capability: "",
  type: "u8[1, 3]",
  bytes: 3,
  texts: 0,
  optional: true,
  sizes: 0,
};
const OPEN: DevicePort = {
  name: "found",
  capability: "",
  type: "i16[4, 2]",
  bytes: 16,
  texts: 0,
  optional: false,
  sizes: 2,
};
const HELLO = { outputs: [PLAIN, OPEN], steps: [] } as unknown as Hello;

/** The report of a run: nine cycles, a stack of one byte, then these bytes. */
function ran(...rest: readonly number[]): Uint8Array {
  return Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, ...rest);
}

const OPEN_OF_ONE = [1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 255, 255];

test("an output that a run did not send is none, and one whose sizes it decided has these", () => {
  const silent = readRan(ran(0, 0, 0, 0, ...OPEN_OF_ONE), HELLO);
  expect(silent.outputs).toEqual([null, { sizes: [1, 2], pieces: [Uint8Array.of(5, 0, 255, 255)] }]);
  const whole = readRan(ran(1, 0, 0, 0, 7, 8, 9, ...OPEN_OF_ONE), HELLO);
  expect(whole.outputs[0]).toEqual({ sizes: null, pieces: [Uint8Array.of(7, 8, 9)] });
  const like = (count: number) => [
    {
      channel: 1,
      stage: "found",
      tensors: Array.from({ length: count }, () => ({ type: "u8", dimensions: [], elements: [] })),
    },
  ];
  const [message] = asMessages(HELLO.outputs, silent.outputs, like(1) as never);
  expect(message?.tensors[0]).toMatchObject({ type: "i16", dimensions: [1, 2], elements: [5, -1] });
  expect(() => asMessages(HELLO.outputs, silent.outputs, like(2) as never)).toThrow("fewer outputs in this run");
  expect(() => asMessages(HELLO.outputs, whole.outputs, like(1) as never)).toThrow("more outputs in this run");
});

test.each([
  ["without the last bytes", ran(0, 0, 0, 0, ...OPEN_OF_ONE.slice(1)), "too short"],
  ["with sizes that it has no bytes for", ran(0, 0, 0, 0, 9, ...OPEN_OF_ONE.slice(1)), "too short"],
  ["with bytes behind it", ran(0, 0, 0, 0, ...OPEN_OF_ONE, 0), "too long"],
])("an answer %s is refused", (_, payload, message) => {
  expect(() => readRan(payload, HELLO)).toThrow(BadAnswer);
  expect(() => readRan(payload, HELLO)).toThrow(message);
});
