// Rows of a device's motion sensor that mean the same on every device.
import type { MotionRow } from "./motion";

/** The part of a `DeviceMotionEvent` that a row is made of. */
export type Motion = Pick<DeviceMotionEvent, "accelerationIncludingGravity">;

/**
 * Acceleration with gravity, in metres per second squared, with the signs of the specification
 * (https://www.w3.org/TR/orientation-event/#devicemotion): a device that lies on its back has z = 9.8. Null where the sensor
 * does not say all three.
 */
export function rowOf(
  { accelerationIncludingGravity: acceleration }: Motion,
  hasOtherSigns = isOfApple(),
): MotionRow | null {
  const [x, y, z] = [acceleration?.x ?? NaN, acceleration?.y ?? NaN, acceleration?.z ?? NaN];
  if (Number.isNaN(x + y + z)) return null;
  return hasOtherSigns ? [-x, -y, -z] : [x, y, z];
}

/**
 * Whether this is WebKit on an iPhone or iPad. It hands on the numbers of Core Motion (WebCoreMotionManager.mm in its source),
 * where gravity points down: z = -9.8 on its back. An iPad calls itself a Mac, and no Mac has a screen that one touches; another
 * engine has another vendor.
 */
export function isOfApple({
  vendor,
  maxTouchPoints,
}: Pick<Navigator, "vendor" | "maxTouchPoints"> = navigator): boolean {
  return vendor === "Apple Computer, Inc." && maxTouchPoints > 0;
}
