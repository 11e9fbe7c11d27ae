// The keys of the page's one undo in the graph and in forms, anywhere but where a text is typed, which has its own.
import type { KeyboardEvent } from "react";
import type { UndoManager } from "yjs";
import { isMac } from "./keys";

export function undoByKeys(event: KeyboardEvent, undo: UndoManager): void {
  const key = event.key.toLowerCase();
  const isMain = isMac(navigator.platform) ? event.metaKey : event.ctrlKey;
  if (!isMain || event.altKey || isTyping(event.target) || (key !== "z" && key !== "y")) return;
  if (key === "y" || event.shiftKey) undo.redo();
  else undo.undo();
  event.preventDefault();
  event.stopPropagation();
}

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== "range" && target.type !== "checkbox")
  );
}
