// A phone as the sensor of a desk: what the phone's page takes from here.
export { Live, useLive } from "../sources/sensors/live";
export { LiveButton } from "../sources/sensors/LiveButton";
export { openMicrophone } from "../sources/sensors/microphone";
export { askForMotion } from "../sources/sensors/ask-for-motion";
export { openCamera } from "../sources/sensors/open-camera";
export { lostProblem, type Device } from "../sources/sensors/problems";
export { toI16 } from "../sound/samples";
export type { Row } from "../motion/motion";
export { makeKeys, SealedChannel } from "./channel";
export {
  LARGEST,
  motionBytes,
  offBytes,
  pictureBytes,
  readWanted,
  soundBytes,
  type Bytes as SensorBytes,
  type Wanted,
} from "./messages";
