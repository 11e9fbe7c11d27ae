// The settings of a drawing, as they are in the form that begins a run.
import type { Body } from "../../api/request";

type Settings = Body<"post", "/api/v1/projects/{organisation}/{name}/training/augmentation">;
/** The begin of the names of the fields of arguments. */
export const ARGUMENT = "argument-";

/** The settings of a form; `draws` more than its seed gives other draws. */
export function settingsOf(form: FormData, draws: number): Settings {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const written = [...form.keys()].filter((name) => name.startsWith(ARGUMENT) && text(name) !== "");
  const version = text("version");
  const isNumber = /^\d+$/.test(version);
  return {
    recipe: text("recipe"),
    arguments: Object.fromEntries(written.map((name) => [name.slice(ARGUMENT.length), Number(text(name))])),
    version: isNumber ? Number(version) : null,
    data_digest: isNumber ? "" : version,
    seed: (Number(text("seed")) || 0) + draws,
    begins_with_model: text("start") !== "",
  };
}
