// Why a device does not give anything, in words that say what to do next.

export type SensorName = "microphone" | "camera" | "motion sensor";

/** The alternative for a person, at the end of a sentence; "" where there is none. */
const OR_A_FILE = ", or use a file";

/** Whether the browser offers such devices to this page at all; it does so only over HTTPS or on this computer. */
export function unavailable(device: SensorName, instead = OR_A_FILE): string | null {
  const isOffered = device === "motion sensor" ? "DeviceMotionEvent" in window : "mediaDevices" in navigator;
  if (window.isSecureContext && isOffered) return null;
  return window.isSecureContext
    ? `This browser has no access to a ${device}. Use ${instead === "" ? "" : "a file instead, or "}another browser.`
    : `Browsers allow the ${device} only on HTTPS pages. Open this page by its https:// address (on your own network, "make run-lan" gives it one)${instead}.`;
}

/** Whether the browser gives such a device without asking; "prompt" also where it does not say. */
export async function permissionOf(device: SensorName): Promise<PermissionState> {
  if (device === "motion sensor") return "granted";
  // A browser that does not know the name rejects.
  const status = await navigator.permissions.query({ name: device }).catch(() => null);
  return status?.state ?? "prompt";
}

export function permissionText(device: SensorName): string {
  return `The browser asks whether this page may use the ${device}. Answer near the address bar. If you see no question, stop and use a file.`;
}

/** It is allowed, and the browser neither gives it nor says why. */
export function stuckProblem(device: SensorName): string {
  return `The ${device} is allowed, but the browser does not start it. Another program may be using it, or it does not work. Connect one and start again, or use a file.`;
}

/** It was given and is gone: its cable was pulled, its permission withdrawn, or another program took it. */
export function lostProblem(device: SensorName, instead = OR_A_FILE): string {
  return `The ${device} stopped: it was unplugged, or its permission was withdrawn. Connect or allow it and start again${instead}.`;
}

export function deviceProblem(error: unknown, device: SensorName, instead = OR_A_FILE): string {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return `The ${device} was refused. Allow it for this page in the browser's address bar and start again${instead}.`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `No ${device} was found. Connect one and start again${instead}.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${device} is busy: another program may be using it. Close that program and start again.`;
    default:
      return `The ${device} could not be started${error instanceof Error ? `: ${error.message}` : ""}. Try again${instead}.`;
  }
}
