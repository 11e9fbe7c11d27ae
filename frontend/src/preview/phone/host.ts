// The line to the phone that its person paired, as the page around a preview provides it for a sensor.
import type { DeskSensor } from "./desk";

export interface PhoneLine {
  /** The desk's end, the same for all inputs. */
  readonly sensor: DeskSensor;
  /** Shows the code that the phone scans. */
  readonly pair: () => void;
  /** Ends the pairing. */
  readonly end: () => void;
}
