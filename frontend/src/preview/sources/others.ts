// The sources that are no sensor of this machine: files, generated signals, numbers and text. One part, fetched by choices.tsx.
export { BytesFileSource } from "./files/BytesFileSource";
export { MotionFileSource } from "./files/MotionFileSource";
export { PictureFileSource } from "./files/PictureFileSource";
export { SoundFileSource } from "./files/SoundFileSource";
export { MotionSignalSource, PictureSignalSource, SoundSignalSource } from "./SignalSources";
export { NumbersSource } from "./NumbersSource";
export { RandomSource } from "./RandomSource";
export { TextSource } from "./TextSource";
