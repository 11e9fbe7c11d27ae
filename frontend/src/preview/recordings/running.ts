// The rune that the preview runs, for those below it that run it once more beside another.
import { createContext, use } from "react";
import type { Card } from "../readings/readings";

export const RunningContext = createContext<ArrayBuffer | null>(null);

/** Reads what the rune said last. */
export const CardsContext = createContext<() => readonly Card[]>(() => []);

export function useCards(): () => readonly Card[] {
  return use(CardsContext);
}

export function useRunning(): ArrayBuffer | null {
  return use(RunningContext);
}
