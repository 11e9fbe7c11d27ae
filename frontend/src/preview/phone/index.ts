// The sensors of a phone: what the pages take from here that show them in the studio, or record with them.
export { Live, useLive } from "../sources/sensors/live";
export { LiveButton } from "../sources/sensors/LiveButton";
export { openMicrophone } from "../sources/sensors/microphone";
export { askForMotion } from "../sources/sensors/ask-for-motion";
export { openCamera } from "../sources/sensors/open-camera";
export { deviceProblem, lostProblem, unavailable, type SensorName } from "../sources/sensors/problems";
export { csvOf, wavOf } from "../recordings/capture/encode";
export { toI16 } from "../sound/samples";
export type { MotionRow } from "../motion/motion";
export { EvenRows, evenRows, type TimedRow } from "../motion/even-rows";
export { rowOf } from "../motion/sensor";
export { makeKeys, SealedChannel } from "./channel";
export {
  LARGEST,
  motionBytes,
  offBytes,
  pictureBytes,
  readSensorRequest,
  soundBytes,
  type SensorRequest,
} from "./messages";
