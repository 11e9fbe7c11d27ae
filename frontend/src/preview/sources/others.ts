// The sources that few runes begin with: files, generated signals, camera, motion, numbers and text. One part, fetched by choices.tsx.
export { BytesFileSource } from "./files/BytesFileSource";
export { MotionFileSource } from "./files/MotionFileSource";
export { PictureFileSource } from "./files/PictureFileSource";
export { SoundFileSource } from "./files/SoundFileSource";
export { MotionSignalSource, PictureSignalSource, SoundSignalSource } from "./kinds/SignalSources";
export { CameraSource } from "./sensors/CameraSource";
export { MotionSource } from "./sensors/MotionSource";
export { NumbersSource } from "./kinds/NumbersSource";
export { RandomSource } from "./kinds/RandomSource";
export { TextSource } from "./kinds/TextSource";
