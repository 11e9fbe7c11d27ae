// A device on its way: the message to a person while a browser says nothing, and when it is given up.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live } from "./live";

let permission: PermissionState = "granted";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { isSecureContext: true });
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("navigator", {
    mediaDevices: {},
    permissions: { query: () => Promise.resolve({ state: permission }) },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a device that is allowed and never comes is given up, and says so", async () => {
  permission = "granted";
  let isPaused = true;
  const live = new Live("microphone", (signal) => {
    signal.addEventListener("abort", () => (isPaused = false));
    return new Promise(() => undefined);
  });
  live.start();
  await vi.advanceTimersByTimeAsync(6000);
  expect(live.state.getState()).toMatchObject({ phase: "starting", permissionHint: null });
  await vi.advanceTimersByTimeAsync(4000);
  expect(live.state.getState().phase).toBe("off");
  expect(live.state.getState().problem).toContain("The microphone is allowed, but the browser does not start it");
  expect(isPaused).toBe(false);
});

test("as long as the browser asks its person, that is said and waited for", async () => {
  permission = "prompt";
  let allow: () => void = () => undefined;
  const live = new Live("camera", () => new Promise((resolve) => (allow = resolve)));
  live.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.state.getState().phase).toBe("starting");
  expect(live.state.getState().permissionHint).toContain("The browser asks whether this page may use the camera");
  allow();
  await vi.advanceTimersByTimeAsync(0);
  expect(live.state.getState()).toEqual({ phase: "live", permissionHint: null, problem: null });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.state.getState().phase).toBe("live");
  live.stop();
});

test("a browser that does not say whether it asks is taken to ask", async () => {
  vi.stubGlobal("navigator", {
    mediaDevices: {},
    permissions: { query: () => Promise.reject(new TypeError("no such name")) },
  });
  const live = new Live("camera", () => new Promise(() => undefined));
  live.start();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(live.state.getState().permissionHint).toContain("The browser asks");
  live.stop();
  expect(live.state.getState()).toEqual({ phase: "off", permissionHint: null, problem: null });
});
