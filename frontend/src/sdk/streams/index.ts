// The sensors of a device, and which of them a rune reads.
import { capabilityOf, type Sensor } from "../../runtime/capabilities";
import { RuneError } from "../../runtime/errors";
import type { CapabilityRequest } from "../../runtime/types";
import { cameraPictures } from "./camera";
import { microphoneWindows } from "./microphone";
import { motionWindows } from "./motion";

export type { Sensor };

type Streams = (
  request: CapabilityRequest,
  signal?: AbortSignal,
  video?: HTMLVideoElement,
) => AsyncGenerator<ArrayBuffer>;

const STREAMS: Readonly<Record<Sensor, Streams>> = {
  microphone: microphoneWindows,
  camera: (request, signal, video) => cameraPictures(request, signal, video),
  motion: motionWindows,
};

const NAMES: Readonly<Record<Sensor, string>> = {
  microphone: "microphone",
  camera: "camera",
  motion: "motion sensor",
};

/** The sensor that gives an input; null where none does. */
export function sensorOf(request: CapabilityRequest): Sensor | null {
  return capabilityOf(request).sensor;
}

/**
 * Yields inputs of a rune from a sensor. Throws `RuneError` where the rune reads something else, or more, and where the
 * program runs without that sensor.
 */
export function sensorInputs(
  sensor: Sensor | undefined,
  requests: readonly CapabilityRequest[],
  signal?: AbortSignal,
  video?: HTMLVideoElement,
): AsyncGenerator<ArrayBuffer> {
  const [request] = requests;
  const own = request === undefined ? null : sensorOf(request);
  const wanted = sensor ?? own;
  if (wanted !== null) requireSensor(wanted);
  if (request === undefined || requests.length !== 1 || own === null || wanted !== own)
    throw new RuneError("input", `This rune does not read a ${sensor ?? "sensor"} alone.`);
  return STREAMS[own](request, signal, video);
}

/** Throws `RuneError` where programs have no such sensor: outside a page, and on a page without HTTPS. */
function requireSensor(sensor: Sensor): void {
  const name = NAMES[sensor];
  if (!("document" in globalThis)) {
    const host = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent ?? "";
    const place = "process" in globalThis ? (host.startsWith("Deno") ? "Deno" : "Node") : "A worker";
    const advice = `Open the rune in a page, or read the ${name} with a program of yours and call run with what it gives.`;
    throw new RuneError("no-sensor", `${place} has no ${name}. ${advice}`);
  }
  const isThere = sensor === "motion" ? "DeviceMotionEvent" in globalThis : "mediaDevices" in navigator;
  if (!isThere)
    throw new RuneError(
      "no-sensor",
      `This page gets no ${name}. Browsers give it to pages over HTTPS or localhost only.`,
    );
}
