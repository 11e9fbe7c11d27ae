// The recording of one run: the very input that gave a result, as a recording. Pure.
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { ROW_STEP, rowsOfBytes } from "../motion/motion";
import { pictureRequest } from "../picture/pixels";
import { rateOf } from "../sound/samples";
import { lengthOf, type Content, type Recording } from "./capture/recording";

/** The recording of a run's first input that can be recorded; null where it has none. */
export function recordingOfRun(
  capabilities: readonly CapabilityRequest[],
  ran: ReadonlyMap<number, ArrayBuffer>,
  label: string,
): Recording | null {
  for (const [place, request] of capabilities.entries()) {
    const bytes = ran.get(place);
    const content = bytes === undefined ? null : contentOf(request, bytes);
    if (content !== null) return { id: 0, label, recorded: 0, content, from: 0, to: lengthOf(content) };
  }
  return null;
}

/** The input of a run as a recording has it; null where the run has no recording. */
export function contentOf(request: CapabilityRequest, bytes: ArrayBuffer): Content | null {
  switch (recordingOf(request)) {
    case "sound": {
      const samples = Float32Array.from(new Int16Array(bytes), (value) => value / 32768);
      return { kind: "sound", rate: rateOf(request), samples };
    }
    case "picture":
      return { kind: "picture", picture: pictureRequest(request), frames: [bytes.slice(0)], times: [0] };
    case "motion": {
      const rows = rowsOfBytes(bytes);
      return { kind: "motion", rows, times: rows.map((_, index) => index * ROW_STEP) };
    }
    case null:
      return null;
  }
}
