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

/** The sensor that gives an input; null where none does. */
export function sensorOf(request: CapabilityRequest): Sensor | null {
  return capabilityOf(request).sensor;
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
  return STREAMS[own](request, signal, video);
}
