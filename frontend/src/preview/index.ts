// What the studio and the player know of the preview.
export { Preview } from "./Preview";
export { millisecondsText, sizeText } from "./numbers";
