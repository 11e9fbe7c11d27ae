// Which colours a file's words get, by the end of its name. Each language is fetched when a file first needs it.
import type { Extension } from "@codemirror/state";
import { extension } from "../document/paths";

export async function languageOf(path: string): Promise<Extension> {
  switch (extension(path)) {
    case "yml":
    case "yaml":
      return (await import("@codemirror/lang-yaml")).yaml();
    case "md":
      return (await import("@codemirror/lang-markdown")).markdown();
    case "py":
      return (await import("@codemirror/lang-python")).python();
    case "json":
      return (await import("@codemirror/lang-json")).json();
    default:
      return [];
  }
}
