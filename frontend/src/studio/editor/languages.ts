// How a file is shown, by the end of its name: the colours of its words, fetched when a file first needs them, how new
// lines begin, and
// whether long lines wrap, as prose does and code does not.
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { extension } from "../document/files/paths";
import { isRunefileName } from "../document/files/runefile";
import { steps, yamlIndents } from "./indentation";
import { plainValues } from "./theme";

export async function languageOf(path: string): Promise<Extension> {
  switch (isRunefileName(path) ? "yml" : extension(path)) {
    case "yml":
    case "yaml":
      return [(await import("@codemirror/lang-yaml")).yaml(), yamlIndents, plainValues];
    case "md":
      return [(await import("@codemirror/lang-markdown")).markdown(), EditorView.lineWrapping];
    case "txt":
      return EditorView.lineWrapping;
    case "py":
      return [(await import("@codemirror/lang-python")).python(), steps(4)];
    case "json":
      return (await import("@codemirror/lang-json")).json();
    default:
      return [];
  }
}
