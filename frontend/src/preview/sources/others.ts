// The sources that are chosen in place of the first of a list: files and generated signals. One part, fetched by choices.tsx.
export { BytesFileSource } from "./files/BytesFileSource";
export { MotionFileSource } from "./files/MotionFileSource";
export { PictureFileSource } from "./files/PictureFileSource";
export { SoundFileSource } from "./files/SoundFileSource";
export { MotionSignalSource, PictureSignalSource, SoundSignalSource } from "./SignalSources";
