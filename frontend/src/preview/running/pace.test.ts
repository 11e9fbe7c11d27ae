// Whether a rune keeps up, measured by the clock that is given.
import { expect, test } from "vitest";
import { PaceMeter, paceText, shareText } from "./pace";

test("a stream that is kept up with drops nothing", () => {
  const meter = new PaceMeter();
  for (let at = 0; at <= 2000; at += 250) {
    meter.countRequest(at);
    meter.countRun(at + 1);
  }
  const pace = meter.read(2001);
  expect([pace.requestRate, pace.drops]).toEqual([4, 0]);
  expect(paceText(pace, 0.5)).toBe("Under 1 % of the 250 ms between two inputs · 4.0 runs a second, none dropped");
});

test("what was dropped is said for some seconds and then forgotten", () => {
  const meter = new PaceMeter();
  for (let at = 0; at <= 1000; at += 100) meter.countRequest(at);
  meter.countDrop(500);
  expect(paceText(meter.read(1000), 150)).toBe(
    "Too slow: inference takes 150 ms, and inputs come every 100 ms · 0.0 runs a second, 1 dropped in 5 s",
  );
  expect(meter.read(7000).drops).toBe(0);
});

test("a share is percent of the time there is, and above it says what is too slow", () => {
  expect(shareText(66, 133)).toBe("50 % of the 133 ms between two inputs");
  expect(shareText(6800, 133.3)).toBe("Too slow: inference takes 6.8 s, and inputs come every 133 ms");
});

test("nothing is said while nothing streams", () => {
  expect(paceText(new PaceMeter().read(0), 1)).toBeNull();
});
