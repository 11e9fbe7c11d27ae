// The settings of a drawing, as they are in the form that begins a run.
import type { Body } from "../../api/request";

type Settings = Body<"post", "/api/v1/projects/{organisation}/{name}/training/augmentation">;
/** The begin of the names of the fields of arguments. */
export const ARGUMENT = "argument-";
/** The same of those that have a share in per cent. */
export const PERCENT = "percent-";

/** The settings of a form; `draws` more than its seed gives other draws. */
export function settingsOf(form: FormData, draws: number): Settings {
  const text = (name: string): string => {
    // A switch has a field of its own for off, in front of the one that is sent where it is on.
    const value = form.getAll(name).at(-1);
    return typeof value === "string" ? value.trim() : "";
  };
  const written = [...new Set(form.keys())].filter((name) => isArgument(name) && text(name) !== "");
  const version = text("version");
  const isNumber = /^\d+$/.test(version);
  return {
    recipe: text("recipe"),
    arguments: Object.fromEntries(written.map((name) => [argumentOf(name), valueOf(name, Number(text(name)))])),
    version: isNumber ? Number(version) : null,
    data_digest: isNumber ? "" : version,
    seed: (Number(text("seed")) || 0) + draws,
    begins_with_model: text("start") !== "",
  };
}

/** Whether a field is that of an argument. */
export function isArgument(name: string): boolean {
  return name.startsWith(ARGUMENT) || name.startsWith(PERCENT);
}

/** The argument of a field. */
export function argumentOf(name: string): string {
  return name.slice((name.startsWith(PERCENT) ? PERCENT : ARGUMENT).length);
}

function valueOf(name: string, value: number): number {
  return name.startsWith(PERCENT) ? Number((value / 100).toPrecision(12)) : value;
}
