// The keys of the undo of a file in its graph or form, anywhere but where a text is typed, which has its own.
import type { KeyboardEvent } from "react";
import type { ProjectFiles } from "../document/files/files";
import { isMac } from "./keys";

export function undoByKeys(event: KeyboardEvent, files: ProjectFiles, path: string): void {
  const key = event.key.toLowerCase();
  const isMain = isMac(navigator.platform) ? event.metaKey : event.ctrlKey;
  if (!isMain || event.altKey || isTyping(event.target) || (key !== "z" && key !== "y")) return;
  const file = files.list().find((each) => each.path === path);
  if (file === undefined) return;
  if (key === "y" || event.shiftKey) files.undo.redoIn(file.id);
  else files.undo.undoIn(file.id);
  event.preventDefault();
  event.stopPropagation();
}

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== "range" && target.type !== "checkbox")
  );
}
