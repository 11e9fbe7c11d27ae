// The keys of the commands, heard wherever the focus is and before the editor, which has some of them for itself.
import { useEffect, useEffectEvent } from "react";
import { isMac, isPressed } from "../parts/keys";
import type { Command } from "./command";

/** Whether keys that type something would type it here. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable='true']") !== null;
}

function isInScope(command: Command, event: KeyboardEvent): boolean {
  const inEditor = event.target instanceof Element && event.target.closest(".cm-editor") !== null;
  if (
    command.keyScope === "by its part" ||
    (command.keyScope === "outside the editor" && inEditor) ||
    (command.keyScope === "in the editor" && !inEditor)
  )
    return false;
  const types = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
  return !(types && isTyping(event.target));
}

/** Runs the command whose keys are pressed; while a dialog is open none of them is. `commandsNow` are asked at each press. */
export function useKeys(commandsNow: () => readonly Command[]): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const mac = isMac(navigator.platform);
    const command = commandsNow().find(
      (each) => each.keys !== undefined && isPressed(each.keys, event, mac) && isInScope(each, event),
    );
    if (command === undefined) return;
    // Without this the browser would save or print the page, in a dialog too.
    event.preventDefault();
    if (document.querySelector("dialog[open]") !== null) return;
    event.stopPropagation();
    if (command.refusal === undefined || command.refusal === null) command.run();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, []);
}
