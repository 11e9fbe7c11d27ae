// The rune that the preview runs, for those below it that run it once more beside another.
import { createContext } from "react";

export const RunningContext = createContext<ArrayBuffer | null>(null);
