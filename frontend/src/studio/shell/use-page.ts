// What the page does beside what it shows: its title and address, the clock of its "a minute ago", what undo reaches.
import { useEffect, useEffectEvent, useState } from "react";
import type { Project } from "../api/types";
import type { Workspace } from "../session/workspace";

const CLOCK = 30_000;

/** The title and the address of the project as it is called now. */
export function useTitle(project: Project): void {
  useEffect(() => {
    document.title = `${project.name} · ${project.organisation} · Hammer Forge`;
    // After a rename by anyone; the former address goes on leading here.
    const here = `${project.url}/studio`;
    if (window.location.pathname !== here) window.history.replaceState(null, "", here);
  }, [project.name, project.organisation, project.url]);
}

/** The time in milliseconds, now and then anew. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The page has one undo: `show` is called with the file in which it took something back. */
export function useUndone(workspace: Workspace, show: (file: string) => void): void {
  const showUndone = useEffectEvent((changed: readonly unknown[]) => {
    const undone = changed.map((type) => workspace.files.fileOf(type)).find((id) => id !== null);
    if (undone !== undefined && undone !== null) show(undone);
  });
  useEffect(() => {
    const { undo } = workspace.files;
    const onPopped = ({ changedParentTypes }: { changedParentTypes: Map<unknown, unknown> }): void => showUndone([...changedParentTypes.keys()]);
    undo.on("stack-item-popped", onPopped);
    return () => undo.off("stack-item-popped", onPopped);
  }, [workspace]);
}
