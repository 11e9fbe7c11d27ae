// What the studio and the player know of the preview.
export { Preview } from "./Preview";
export { meanOfChannels } from "./sound/samples";
export { SoundView } from "./sources/SoundView";
export { millisecondsText, sizeText } from "./numbers";
export { isRuneName, readRuneFile, runeFileOf, type RuneFile } from "./trial/rune-file";
export { RuneTrial } from "./trial/RuneTrial";
