// The sources that are chosen in place of the first of a list: files and generated signals. One part, fetched by choices.tsx.
export { BytesFileSource } from "./BytesFileSource";
export { MotionFileSource } from "./MotionFileSource";
export { PictureFileSource } from "./PictureFileSource";
export { SoundFileSource } from "./SoundFileSource";
export { MotionSignalSource, PictureSignalSource, SoundSignalSource } from "./SignalSources";
