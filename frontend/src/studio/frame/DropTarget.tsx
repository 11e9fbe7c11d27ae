// Files dropped anywhere on the page. A place that takes drops for itself stops the event, and this hears nothing.
import { useEffect, useEffectEvent, useState } from "react";
import { extension } from "../document/files/paths";
import { filesOfDrop, type NamedFile } from "../../look/files/incoming-files";
import { useMayEdit, useSession, useStudio } from "../context/studio";

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

/** Takes them into the project, and says where they fall while they hang over the page. */
export function DropTarget() {
  const { workspace, dialogs, files } = useStudio();
  const name = useSession(({ project }) => project.name);
  const mayEdit = useMayEdit();
  const addFiles = (list: readonly NamedFile[]): void => {
    // A rune is seldom a part of its project: it is asked for what it was dropped.
    if (list.length > 0 && list.every((each) => extension(each.name) === "rune"))
      dialogs.open({ what: "rune", files: list.map(({ file }) => file) });
    else files.addFiles(list, null);
  };
  const isOver = useDrop(mayEdit, (dropping) => workspace.attempt(dropping.then(addFiles)));
  return isOver && <div className="drop-veil">Drop to add to {name}</div>;
}

/** Answers whether files hang over the page. */
function useDrop(enabled: boolean, onFiles: (dropping: Promise<readonly NamedFile[]>) => void): boolean {
  const [over, setOver] = useState(false);
  const handleFiles = useEffectEvent(onFiles);
  useEffect(() => {
    if (!enabled) return;
    // Entering a child leaves its parent, so what was entered last is kept. Counting would go wrong where an element
    // vanishes under the files, for then nobody hears that it is left.
    let enteredElement: EventTarget | null = null;
    const onEnter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      // Who does not say so here refuses a drop that follows at once.
      event.preventDefault();
      enteredElement = event.target;
      setOver(!(event.target instanceof Element && event.target.closest("[data-takes-drops]") !== null));
    };
    const onLeave = (event: DragEvent): void => {
      if (carriesFiles(event) && event.target === enteredElement) setOver(false);
    };
    const onOver = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!carriesFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      handleFiles(filesOfDrop(event.dataTransfer));
    };
    // The editor would put the file's text where it falls; it is asked after us.
    const onDropOnText = (event: DragEvent): void => {
      if (!(event.target instanceof Element && event.target.closest(".cm-editor") !== null) || !carriesFiles(event))
        return;
      event.stopPropagation();
      onDrop(event);
    };
    const ending = new AbortController();
    const { signal } = ending;
    window.addEventListener("dragenter", onEnter, { signal });
    window.addEventListener("dragleave", onLeave, { signal });
    window.addEventListener("dragover", onOver, { signal });
    window.addEventListener("drop", onDrop, { signal });
    window.addEventListener("drop", onDropOnText, { signal, capture: true });
    return () => ending.abort();
  }, [enabled]);
  return over;
}
