import { afterEach, expect, test, vi } from "vitest";
import { motionWindows } from "./motion";

// Files of one thread share the globals: the next one may load a module that looks at them.
afterEach(() => {
  vi.unstubAllGlobals();
});

test("a phone of Apple gives windows of 50 rows a second with the signs of the specification", async () => {
  const page = new EventTarget();
  vi.stubGlobal("DeviceMotionEvent", Event);
  vi.stubGlobal("navigator", { vendor: "Apple Computer, Inc.", maxTouchPoints: 5 });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  const move = (timeStamp: number, z: number): boolean =>
    page.dispatchEvent(
      Object.defineProperties(new Event("devicemotion"), {
        timeStamp: { value: timeStamp },
        accelerationIncludingGravity: { value: { x: 1, y: 2, z } },
      }),
    );
  const request = { id: 1, kind: "ACCEL", parameters: {}, size: 36, type: null, stage: null } as const;
  const windows = motionWindows(request);
  const first = windows.next();
  await Promise.resolve();
  for (let at = 0; at <= 40; at += 10) move(100 + at, -at);
  const window = (await first).value as ArrayBuffer;
  expect([...new Float32Array(window)]).toEqual([-1, -2, 0, -1, -2, 20, -1, -2, 40]);
  await windows.return(undefined);
});
