// What the rest of the front end knows of running a rune.
export {
  capabilityOf,
  endingsOf,
  recordingOf,
  recordingOfFile,
  CAPABILITIES,
  type RecordingKind,
} from "./capabilities";
export { decodeOutput } from "./decode";
export { isNumberName, NUMBER_ARRAYS } from "./number-arrays";
export { unpack } from "./packing";
export { RuneError, type RuneErrorName } from "./errors";
export { inspect, type Inspected, type InspectedResource } from "./inspect";
export { openFrame, RuneFrame, type Addresses } from "./rune-frame";
export { elementCount, elementSize, parseShape, type Shape } from "./shape";
export { DEFAULT_LIMITS, MOST_OUTPUT_BYTES } from "./types";
export type {
  CapabilityKind,
  CapabilityRequest,
  ElementName,
  FrameRequest,
  LoadExtras,
  HostModel,
  Limits,
  Loaded,
  LogLine,
  OutputKind,
  OutputMessage,
  OutputRequest,
  OutputTensor,
  RunResult,
  StageTime,
  StageTimes,
  WatchedMessage,
} from "./types";
