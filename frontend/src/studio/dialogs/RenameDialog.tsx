// Another name for a stage or a resource, everywhere in the Runefile. The language says what cannot be one.
import { useId, useState } from "react";
import { Dialog } from "../parts/dialog/Dialog";
import { DialogFoot } from "../parts/dialog/DialogFoot";

interface RenameDialogProps {
  readonly name: string;
  /** Answers why not, or null when it is done. */
  readonly onRename: (name: string) => Promise<string | null>;
  readonly onClose: () => void;
}

export function RenameDialog({ name, onRename, onClose }: RenameDialogProps) {
  const id = useId();
  const [next, setNext] = useState(name);
  const [refusal, setRefusal] = useState<string | null>(null);
  const rename = async (): Promise<void> => {
    const reason = next === name ? null : await onRename(next);
    if (reason === null) onClose();
    else setRefusal(reason);
  };
  return (
    <Dialog title={`Rename ${name}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <div className="field">
          <label htmlFor={id}>New name (changed wherever it is used)</label>
          <input
            id={id}
            className="mono"
            value={next}
            data-first
            autoComplete="off"
            spellCheck={false}
            aria-invalid={refusal !== null}
            aria-describedby={`${id}-problem`}
            onChange={(event) => {
              setNext(event.target.value);
              setRefusal(null);
            }}
          />
          <span id={`${id}-problem`} className="error" role="status">
            {refusal}
          </span>
        </div>
        <DialogFoot verb="Rename" disabled={next === ""} onClose={onClose} />
      </form>
    </Dialog>
  );
}
