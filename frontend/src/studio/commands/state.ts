// The part of the page's state that decides whether a command can be done, and the reasons why one cannot. Pure.
import type { FileEntry } from "../document/files/files";

export interface CommandState {
  readonly mayEdit: boolean;
  /** Whether there is a build that can be reviewed. */
  readonly canReview: boolean;
  readonly active: FileEntry | null;
  /** Whether a text is open in the editor. */
  readonly isText: boolean;
  /** True if it is the Runefile: what asks its language needs a cursor in it. */
  readonly isRunefile: boolean;
}

export function unlessEditor({ mayEdit }: CommandState): string | null {
  return mayEdit ? null : "Editing needs the Developer role";
}

export function unlessFile({ active }: CommandState): string | null {
  return active === null ? "No file is open" : null;
}

export function unlessRunefile({ isRunefile }: CommandState): string | null {
  return isRunefile ? null : "Open the Runefile and put the cursor in it";
}
