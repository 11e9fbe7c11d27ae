// The names that the rest of the front end imports to run a rune.
export {
  capabilityOf,
  endingsOf,
  isRecordingKind,
  recordingOf,
  recordingOfFile,
  CAPABILITIES,
  type RecordingKind,
} from "./capabilities";
export { decodeOutput } from "./tensors/decode";
export { isNumberName, NUMBER_ARRAYS } from "./tensors/number-arrays";
export { unpack } from "./frame/packing";
export { RuneError, type RuneErrorName } from "./errors";
export type { WatchLayout } from "./watch-layout";
export { inspect, type RuneContents, type InspectedResource } from "./contents/inspect";
export { openFrame, RuneFrame, type Addresses } from "./frame/rune-frame";
export { elementCount, elementSize, parseShape, type Shape } from "./tensors/shape";
export { DEFAULT_LIMITS } from "./types";
export type {
  CapabilityKind,
  CapabilityRequest,
  ElementName,
  FrameRequest,
  LoadExtras,
  HostModel,
  Limits,
  LoadedRune,
  LogLine,
  OutputKind,
  OutputMessage,
  OutputRequest,
  OutputTensor,
  RuneCounts,
  RunResult,
  StageTime,
  StageTimes,
  WatchedMessage,
} from "./types";
