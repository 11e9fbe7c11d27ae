// The files of models that the server converts. None of them runs in a rune as it is.
import { SOURCE_SUFFIXES } from "../declared/model-suffixes";

/** Whether a file of this name is a model of another format. */
export function isModelSource(name: string): boolean {
  return SOURCE_SUFFIXES.some((suffix) => name.toLowerCase().endsWith(suffix));
}
