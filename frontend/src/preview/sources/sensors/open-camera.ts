// The camera, shown in an element until a signal aborts. No component.
import { deviceOf, openDevice } from "./devices";

/** As long as none is chosen, the one at the back of a phone. Answers which it is. */
export async function openCamera(
  element: HTMLVideoElement,
  deviceId: string | null,
  signal: AbortSignal,
  onLost: () => void,
): Promise<string | null> {
  const open = (which: MediaTrackConstraints) =>
    navigator.mediaDevices.getUserMedia({ video: { ...which, width: { ideal: 640 } } });
  const stream = await openDevice(open, deviceId, { facingMode: "environment" });
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
    if (element.srcObject === stream) element.srcObject = null;
  };
  if (signal.aborted) {
    release();
    return null;
  }
  signal.addEventListener("abort", release);
  for (const track of stream.getTracks()) track.addEventListener("ended", onLost, { signal });
  element.srcObject = stream;
  await element.play();
  return deviceOf(stream);
}
