// Says which samples the preview can have a rune read: recordings of a sensor. A table has numbers of any sensors, and a rune reads
// its rows by a RAW input, for which the preview has sliders and no recordings. Pure.
import { isRecordingKind, type RecordingKind } from "../../../runtime";
import type { Sample } from "../../../api/schema";

export type ReplayableSample = Sample & { readonly kind: RecordingKind };

export const NOT_REPLAYED = "A table is not replayed. Builds are tested on it, and models learn from it.";

export function isReplayable(sample: Sample): sample is ReplayableSample {
  return isRecordingKind(sample.kind);
}
