// The sensors of a device, and which of them a rune reads.
import { RuneError } from "../../runtime/errors";
import type { CapabilityKind, CapabilityRequest } from "../../runtime/types";
import { cameraPictures } from "./camera";
import { microphoneWindows } from "./microphone";
import { motionWindows } from "./motion";

export type Sensor = "microphone" | "camera" | "motion";

const SENSORS: Readonly<Partial<Record<CapabilityKind, Sensor>>> = {
  SOUND: "microphone",
  IMAGE: "camera",
  FLOAT_IMAGE: "camera",
  ACCEL: "motion",
};

/** The sensor that gives an input; null where none does. */
export function sensorOf(request: CapabilityRequest): Sensor | null {
  return SENSORS[request.kind] ?? null;
}

/** Yields inputs of a rune from a sensor. Throws `RuneError` where the rune reads something else, or more. */
export function sensorInputs(
  sensor: Sensor | undefined,
  requests: readonly CapabilityRequest[],
  signal?: AbortSignal,
  video?: HTMLVideoElement,
): AsyncGenerator<ArrayBuffer> {
  const [request] = requests;
  const own = request === undefined ? null : sensorOf(request);
  if (request === undefined || requests.length !== 1 || own === null || (sensor ?? own) !== own)
    throw new RuneError("input", `This rune does not read a ${sensor ?? "sensor"} alone.`);
  if (own === "camera") return cameraPictures(request, signal, video);
  return own === "motion" ? motionWindows(request, signal) : microphoneWindows(request, signal);
}
