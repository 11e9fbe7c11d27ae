// What the studio and the player know of the preview.
export { Preview } from "./Preview";
export { meanOfChannels } from "./sound/samples";
export { SoundView } from "./sources/SoundView";
export { millisecondsText, sizeText } from "./numbers";
