// A phone as the sensor of a desk: what the phone's page takes from here.
export { Live, useLive } from "../sources/live";
export { LiveButton } from "../sources/LiveButton";
export { openMicrophone } from "../sources/microphone";
export { askForMotion } from "../sources/ask-for-motion";
export { openCamera } from "../sources/open-camera";
export { lostProblem, type Device } from "../sources/problems";
export { toI16 } from "../sound/samples";
export type { Row } from "../motion";
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
