// The keys 1 to 9 hold the button of a label, 0 that of background.
import { useEffect } from "react";
import type { StartLabel } from "../labels/names";
import type { Holding } from "./use-holding";

/** The key of a label by its place among those that are not background; null beyond the ninth. */
export function keyOf(place: number, isBackground: boolean): string | null {
  if (isBackground) return "0";
  return place < 9 ? String(place + 1) : null;
}

export function useKeys({ start, stop }: Holding, labels: readonly StartLabel[], background: string): void {
  useEffect(() => {
    const named = labels.filter(({ name }) => name !== background);
    let hold: string | null = null;
    const down = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const name = event.key === "0" ? background : named[Number(event.key) - 1]?.name;
      if (!/^\d$/.test(event.key) || name === undefined || name === "") return;
      hold = event.key;
      start(name);
    };
    const up = (event: KeyboardEvent): void => {
      if (event.key !== hold) return;
      hold = null;
      stop();
    };
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
    };
  }, [start, stop, labels, background]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}
