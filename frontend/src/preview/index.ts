// What the studio and the player know of the preview.
export { Preview, type Watching } from "./Preview";
export type { TimedRune } from "./timing/Timing";
export { NO_HOST, type HostBuild, type HostFile, type PreviewHost } from "./host";
export { fileOf } from "./takes/encode";
export type { Recorded } from "./takes/decode";
export { takeOfRun } from "./takes/of-run";
export { lengthText, trimmed, type Take } from "./takes/take";
export { meanOfChannels } from "./sound/samples";
export { SoundView } from "./sources/SoundView";
export type { Stroke } from "./sources/strokes";
export { millisecondsText, percentText, sizeText } from "./numbers";
export { isRuneName, readRuneFile, runeFileOf, type RuneFile } from "./trial/rune-file";
export { RuneTrial } from "./trial/RuneTrial";
export { Mirror } from "./mirror/Mirror";
export { MirrorStore } from "./mirror/store";
export type { RunNews, Snapshot } from "./session";
export { answerOf } from "./takes/comparing";
export type { Card } from "./readings";
