// How full the window of a rune is that has not answered yet. Pure.
import { recordingOf, type CapabilityRequest } from "../../runtime";
import type { Filling } from "../answers/filling";
import { ROW_BYTES, ROW_STEP } from "../motion/motion";
import { countOf, rateOf } from "../sound/samples";
import type { Snapshot } from "./session";

/** Null where nothing fills: before the first input, after the first answer, and of a rune that answers each run. */
export function fillingOf({
  loadedRune,
  readings,
  runs,
}: Pick<Snapshot, "loadedRune" | "readings" | "runs">): Filling | null {
  const stream = loadedRune?.capabilities.find(({ isStream }) => isStream === true);
  if (loadedRune === null || stream === undefined || runs === 0 || readings.cards.length > 0) return null;
  if (loadedRune.firstAnswer <= runs) return null;
  return { done: runs, needed: loadedRune.firstAnswer, unit: "chunk", seconds: secondsOf(stream) };
}

/** How long an input of a sensor is; null where that is not known. */
export function secondsOf(request: CapabilityRequest): number | null {
  switch (recordingOf(request)) {
    case "sound":
      return countOf(request) / rateOf(request);
    case "motion":
      return (Math.floor(request.size / ROW_BYTES) * ROW_STEP) / 1000;
    default:
      return null;
  }
}
