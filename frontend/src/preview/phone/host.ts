// What the page around a preview gives for a phone as its sensor: the line to the phone that its person paired.
import type { DeskSensor } from "./desk";

export interface PhoneLine {
  /** The desk's end, the same for all inputs. */
  readonly sensor: DeskSensor;
  /** Shows the code that the phone scans. */
  readonly pair: () => void;
  /** Ends the pairing. */
  readonly end: () => void;
}
