// Asks the person for files by the browser's own dialog.
import { filesOfInput, type NamedFile } from "../../../look/files/incoming-files";

/** Files, or with `folder` all of a folder. Nothing is called when the person cancels. */
export function choose(folder: boolean, onChosen: (incoming: readonly NamedFile[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.webkitdirectory = folder;
  input.addEventListener("change", () => onChosen(filesOfInput(input.files)));
  input.click();
}
