// The motion sensor as windows of rows: acceleration with gravity, in metres per second squared.
import { EvenRows } from "../../preview/motion/even-rows";
import { ROW_BYTES, rowsToBytes, type MotionRow } from "../../preview/motion/motion";
import { rowOf } from "../../preview/motion/sensor";
import { RuneError } from "../../runtime/errors";
import type { CapabilityRequest } from "../../runtime/types";
import { Queue } from "./queue";

/** Part of a window by which the next one is later, for runes that cut no windows themselves. */
const STEP = 0.125;
const SILENCE_MILLISECONDS = 2500;

/** Safari asks its person first, and only from within a tap. */
interface MotionPermission {
  requestPermission?: () => Promise<PermissionState>;
}

/** Yields windows until the signal ends or the caller leaves the loop. Throws `RuneError` where no sensor sends rows. */
export async function* motionWindows(request: CapabilityRequest, signal?: AbortSignal): AsyncGenerator<ArrayBuffer> {
  const count = Math.max(1, Math.floor(request.size / ROW_BYTES));
  const permission = DeviceMotionEvent as unknown as MotionPermission;
  if (permission.requestPermission !== undefined && (await permission.requestPermission()) !== "granted")
    throw new DOMException("The motion sensor was refused.", "NotAllowedError");
  const rows = new Queue<MotionRow>(4 * count, signal);
  const even = new EvenRows();
  const onMotion = (event: DeviceMotionEvent): void => {
    const row = rowOf(event);
    if (row === null) return;
    clearTimeout(silence);
    for (const each of even.push({ at: event.timeStamp, row })) rows.push(each.row);
  };
  const silence = setTimeout(
    () => rows.fail(new RuneError("input", "No motion sensor sends data. Open this page on a phone.")),
    SILENCE_MILLISECONDS,
  );
  addEventListener("devicemotion", onMotion);
  try {
    const step = request.isStream === true ? count : Math.max(1, Math.round(count * STEP));
    let window: MotionRow[] = [];
    for await (const row of rows.read()) {
      window.push(row);
      if (window.length < count) continue;
      yield rowsToBytes(window, count);
      window = window.slice(step);
    }
  } finally {
    clearTimeout(silence);
    removeEventListener("devicemotion", onMotion);
  }
}
