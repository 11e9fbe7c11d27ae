// A part of the page that takes dropped files for itself: those that fall anywhere else go into the project.
import { useState, type DragEvent } from "react";
import { filesOfDrop, type NamedFile } from "../../../look/files/incoming-files";

export interface FileDrop {
  /** Whether files hang over it. */
  readonly isOver: boolean;
  /** For the element. */
  readonly props: object;
}

/** Without `onFiles` the part takes nothing. */
export function useFileDrop(onFiles: ((dropping: Promise<readonly NamedFile[]>) => void) | null): FileDrop {
  const [isOver, setOver] = useState(false);
  if (onFiles === null) return { isOver: false, props: {} };
  const handle =
    (then: (event: DragEvent) => void) =>
    (event: DragEvent): void => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      then(event);
    };
  return {
    isOver,
    props: {
      // By this the page's own target leaves it alone.
      "data-takes-drops": "",
      onDragOver: handle(() => setOver(true)),
      onDragLeave: (event: DragEvent) => {
        const into = event.relatedTarget;
        if (!(into instanceof Node && event.currentTarget.contains(into))) setOver(false);
      },
      onDrop: handle((event) => {
        setOver(false);
        onFiles(filesOfDrop(event.dataTransfer));
      }),
    },
  };
}
