// The choices for a model of forge.yml. Pure; the choices themselves are declared by Python.
import { isModelSource } from "../../../api/model-sources";
import { KERAS_FORM, KERAS_SUFFIXES, MODEL_FORMS, STATIC_FORMS } from "../../../declared/model-settings";
import type { FileEntry } from "../../document/files/files";

export const FLOAT_FORM = MODEL_FORMS[0];

/** The files that a model file can be made from: models of other formats, and other `.tflite` files. */
export function sourcesFor(files: readonly Pick<FileEntry, "path">[], model: string): readonly string[] {
  return files
    .map(({ path }) => path)
    .filter((path) => path !== model && (isModelSource(path) || path.endsWith(".tflite")))
    .sort((one, other) => Number(one.endsWith(".tflite")) - Number(other.endsWith(".tflite")));
}

/** The forms that can be made from a source. */
export function formsFor(source: string | null): readonly string[] {
  const isKeras = KERAS_SUFFIXES.some((suffix) => source?.endsWith(suffix) === true);
  return MODEL_FORMS.filter((form) => isKeras || form !== KERAS_FORM);
}

/** Whether the ranges of the form are measured on samples. */
export function measuresRanges(form: string | null): boolean {
  return STATIC_FORMS.some((each) => each === form);
}

/** Whether layers of the form can stay floats. */
export function keepsLayers(form: string | null): boolean {
  return form !== null && form !== FLOAT_FORM && form !== KERAS_FORM;
}

/** A name for the model file that is made from a source. */
export function modelNameFor(source: string, usedPaths: ReadonlySet<string>): string {
  const stem = (source.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "") || "model";
  for (let number = 1; ; number++) {
    const name = `${stem}${number === 1 ? "" : `-${number}`}.tflite`;
    if (!usedPaths.has(name) && name !== source) return name;
  }
}
