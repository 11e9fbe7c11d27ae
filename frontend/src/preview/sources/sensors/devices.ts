// Says which microphones or cameras there are, as the browser names them: only once one of them was allowed.
import { useEffect, useState } from "react";

/** Kept up to date while devices come and go; empty while it is off. */
export function useDevices(kind: "audioinput" | "videoinput", isLive: boolean): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    if (!isLive) return undefined;
    const leaving = new AbortController();
    const list = (): void => {
      navigator.mediaDevices.enumerateDevices().then(
        (devices) => {
          if (!leaving.signal.aborted)
            setDevices(devices.filter((device) => device.kind === kind && device.deviceId !== ""));
        },
        // Without the list there is no choice, and what runs goes on.
        () => undefined,
      );
    };
    list();
    navigator.mediaDevices.addEventListener("devicechange", list, { signal: leaving.signal });
    return () => leaving.abort();
  }, [kind, isLive]);
  return devices;
}

/** Opens the chosen device, or, when it is no longer there, what the browser thinks best. */
export async function openDevice(
  open: (which: MediaTrackConstraints) => Promise<MediaStream>,
  deviceId: string | null,
  otherwise: MediaTrackConstraints,
): Promise<MediaStream> {
  if (deviceId === null) return open(otherwise);
  try {
    return await open({ deviceId: { exact: deviceId } });
  } catch (error) {
    if (error instanceof Error && (error.name === "OverconstrainedError" || error.name === "NotFoundError"))
      return open(otherwise);
    throw error;
  }
}

/** The device behind a stream. */
export function deviceOf(stream: MediaStream): string | null {
  return stream.getTracks()[0]?.getSettings().deviceId ?? null;
}
