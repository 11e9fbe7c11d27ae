// A .zip that was dropped: its files into the project, or the archive as it is.
import { useState } from "react";
import { Dialog } from "../../parts/dialog/Dialog";
import { sizeText } from "../../../look/quantities";

interface ArchiveDialogProps {
  readonly file: File;
  readonly folder: string;
  readonly onUnpack: (replace: boolean) => void;
  readonly onAddAsFile: () => void;
  readonly onClose: () => void;
}

export function ArchiveDialog({ file, folder, onUnpack, onAddAsFile, onClose }: ArchiveDialogProps) {
  const [replace, setReplace] = useState(false);
  const then = (action: () => void): void => {
    onClose();
    action();
  };
  return (
    <Dialog title={`Unpack ${file.name}?`} onClose={onClose}>
      <p>
        The archive's files ({sizeText(file.size)} packed) are unpacked into{" "}
        {folder === "" ? "the project" : <span className="mono">{folder}/</span>}, all of them or none. Links, encrypted
        files and names outside the project are refused.
      </p>
      <label className="row">
        <input type="checkbox" checked={replace} onChange={(event) => setReplace(event.target.checked)} />
        Replace files that are there already
      </label>
      <div className="row wrap">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button" onClick={() => then(onAddAsFile)}>
          Keep it as a .zip
        </button>
        <button type="button" className="button primary" data-first onClick={() => then(() => onUnpack(replace))}>
          Unpack
        </button>
      </div>
    </Dialog>
  );
}
