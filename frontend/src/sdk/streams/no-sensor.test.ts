import { afterEach, describe, expect, test, vi } from "vitest";
import { RuneError } from "../../runtime/errors";
import type { CapabilityRequest } from "../../runtime/types";
import { sensorInputs, type Sensor } from ".";

const SENSORS = [
  ["microphone", "SOUND", "microphone"],
  ["camera", "IMAGE", "camera"],
  ["motion", "ACCEL", "motion sensor"],
] as const;

const request = (kind: CapabilityRequest["kind"]): CapabilityRequest => ({
  id: 1,
  kind,
  parameters: {},
  size: 12,
  type: null,
  stage: "input",
});

function error(sensor: Sensor | undefined, kind: CapabilityRequest["kind"]): RuneError {
  try {
    sensorInputs(sensor, [request(kind)]);
  } catch (caught) {
    if (caught instanceof RuneError) return caught;
  }
  throw new Error("No RuneError was thrown.");
}

afterEach(() => vi.unstubAllGlobals());

describe.each(SENSORS)("the %s", (sensor, kind, name) => {
  test("is not in Node, whatever the rune reads", () => {
    for (const caught of [error(sensor, kind), error(undefined, kind), error(sensor, "RAW")]) {
      expect(caught.name).toBe("no-sensor");
      expect(caught.message).toBe(
        `Node has no ${name}. Open the rune in a page, or read the ${name} with a program of yours and call run with ` +
          "what it gives.",
      );
    }
  });

  test("is not in Deno", () => {
    vi.stubGlobal("navigator", { userAgent: "Deno/2.5.0" });
    expect(error(sensor, kind).message).toContain(`Deno has no ${name}.`);
  });

  test("is not in a worker", () => {
    vi.stubGlobal("process", undefined);
    Reflect.deleteProperty(globalThis, "process");
    expect(error(sensor, kind).message).toContain(`A worker has no ${name}.`);
  });

  test("is not in a page without HTTPS", () => {
    vi.stubGlobal("document", { createElement: () => ({}) });
    vi.stubGlobal("navigator", {});
    expect(error(sensor, kind)).toMatchObject({
      name: "no-sensor",
      message: `This page gets no ${name}. Browsers give it to pages over HTTPS or localhost only.`,
    });
  });

  test("is read by a rune that reads it", () => {
    vi.stubGlobal("document", { createElement: () => ({}) });
    vi.stubGlobal("navigator", { mediaDevices: {} });
    vi.stubGlobal("DeviceMotionEvent", class {});
    expect(sensorInputs(sensor, [request(kind)])).toHaveProperty("next");
    expect(error(sensor, "RAW")).toMatchObject({ name: "input" });
  });
});
