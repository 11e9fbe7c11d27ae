// What the page does beside what it shows: its title and address, the clock of its "a minute ago", what undo reaches,
// and a word when what it showed is gone.
import type { ProjectSummary } from "../../api/schema";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { FileEntry } from "../document/files";
import type { Workspace } from "../session/workspace";

const CLOCK = 30_000;

/** The title and the address of the project as it is called now. */
export function useTitle(project: ProjectSummary, problems: string): void {
  useEffect(() => {
    document.title = `${problems === "" ? "" : `${problems} · `}${project.name} · ${project.organisation} · Hammer Forge`;
    // After a rename by anyone; the former address goes on leading here.
    const here = `${project.url}/studio`;
    if (window.location.pathname !== here) window.history.replaceState(null, "", here);
  }, [project.name, project.organisation, project.url, problems]);
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

/** What is shown follows what happens to it: an undo in another file opens that one, and what goes is said to be gone. */
export function useShown(workspace: Workspace, active: FileEntry | null, open: (id: string) => void): void {
  useUndone(workspace, (file) => {
    if (file !== active?.id) open(file);
  });
  useGone(workspace, active, open);
}

/** The page has one undo: `show` is called with the file in which it took something back. */
function useUndone(workspace: Workspace, show: (file: string) => void): void {
  const showUndone = useEffectEvent((changed: readonly unknown[]) => {
    const undone = changed.map((type) => workspace.files.fileOf(type)).find((id) => id !== null);
    if (undone !== undefined && undone !== null) show(undone);
  });
  useEffect(() => {
    const { undo } = workspace.files;
    const onPopped = ({ changedParentTypes }: { changedParentTypes: Map<unknown, unknown> }): void =>
      showUndone([...changedParentTypes.keys()]);
    undo.on("stack-item-popped", onPopped);
    return () => undo.off("stack-item-popped", onPopped);
  }, [workspace]);
}

/** Says so when the file that is shown was deleted by someone else: what was typed in it is still there. */
function useGone(workspace: Workspace, active: FileEntry | null, open: (id: string) => void): void {
  const before = useRef<FileEntry | null>(null);
  const openAgain = useEffectEvent(open);
  useEffect(() => {
    const last = before.current;
    before.current = active;
    if (last === null || last.id === active?.id) return;
    const { files, toasts } = workspace;
    const gone = files.deleted().find(({ id }) => id === last.id);
    if (gone === undefined || gone.client === files.doc.clientID) return;
    const bringBack = (): void => {
      files.restore(last.id);
      openAgain(last.id);
    };
    toasts.say(`${last.path} was deleted by someone else, or in another window.`, { label: "Restore", run: bringBack });
  }, [workspace, active]);
}
