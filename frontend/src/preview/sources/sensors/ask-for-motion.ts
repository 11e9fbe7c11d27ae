// The permission for the motion sensor, where a browser asks for it.

/** Safari asks its person first, and only from within a tap. */
interface MotionPermission {
  requestPermission?: () => Promise<PermissionState>;
}

/** Rejects as `getUserMedia` does where it is refused. */
export async function askForMotion(): Promise<void> {
  const permission = DeviceMotionEvent as unknown as MotionPermission;
  if (permission.requestPermission === undefined) return;
  if ((await permission.requestPermission()) !== "granted") throw new DOMException("refused", "NotAllowedError");
}
