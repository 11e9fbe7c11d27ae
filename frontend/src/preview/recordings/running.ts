// The rune that the preview runs, for those below it that run it once more beside another.
import { createContext, use } from "react";

export const RunningContext = createContext<ArrayBuffer | null>(null);

export function useRunning(): ArrayBuffer | null {
  return use(RunningContext);
}
