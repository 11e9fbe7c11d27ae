// The files of models that the server converts. None of them runs in a rune as it is.
const SUFFIXES = [".keras", ".h5", ".hdf5", ".onnx", ".pt2"];

/** Whether a file of this name is a model of another format. */
export function isModelSource(name: string): boolean {
  return SUFFIXES.some((suffix) => name.toLowerCase().endsWith(suffix));
}
