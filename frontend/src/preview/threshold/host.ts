// The services that the page around a preview provides for tuning a threshold: the recordings to count on, and the
// numbers of the text.
import type { LabelledRecording } from "./scores";

/** A number in the Runefile that is compared with the scores. */
export interface TextNumber {
  readonly stage: string;
  readonly name: string;
  readonly value: number;
  /** The number below which it is over again; null where that is the same one. */
  readonly off: number | null;
}

/** The scores of which output, and which of its tensors. */
export interface ScoresPlace {
  readonly stage: string | null;
  readonly index: number;
}

export interface ThresholdHost {
  /** The project's recordings for tests. */
  readonly recordings: () => Promise<readonly LabelledRecording[]>;
  readonly numbers: (place: ScoresPlace) => Promise<readonly TextNumber[]>;
  /** Writes a number into the text, as one step of the undo; null where its person may not edit. */
  readonly write: ((number: TextNumber, value: number) => Promise<unknown>) | null;
  /** Adds a stage with a threshold behind these scores. */
  readonly add: ((place: ScoresPlace, value: number) => Promise<unknown>) | null;
}
