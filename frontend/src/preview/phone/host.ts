// The line to the phone that its person paired, as the page around a preview provides it for a sensor.
import type { StudioSensor } from "./studio-sensor";

export interface PhoneLine {
  /** The studio's end, the same for all inputs. */
  readonly sensor: StudioSensor;
  /** Shows the code that the phone scans. */
  readonly pair: () => void;
  /** Ends the pairing. */
  readonly end: () => void;
}
