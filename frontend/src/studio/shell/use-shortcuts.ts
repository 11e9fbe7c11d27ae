// The keys that mean the same wherever the focus is. They are heard before the editor, which has Ctrl Enter for itself.
import { useEffect, useEffectEvent } from "react";

interface Shortcuts {
  readonly build: () => void;
  readonly save: () => void;
  readonly nextProblem: () => void;
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const run = useEffectEvent((name: keyof Shortcuts) => shortcuts[name]());
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey;
      let name: keyof Shortcuts | null = null;
      if (command && event.key === "Enter") name = "build";
      else if (command && !event.shiftKey && event.key.toLowerCase() === "s") name = "save";
      // The editor steps through its own problems.
      else if (event.key === "F8" && !(event.target instanceof Element && event.target.closest(".cm-editor"))) name = "nextProblem";
      if (name === null || (name !== "save" && document.querySelector("dialog[open]") !== null)) return;
      event.preventDefault();
      event.stopPropagation();
      run(name);
    };
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, []);
}
