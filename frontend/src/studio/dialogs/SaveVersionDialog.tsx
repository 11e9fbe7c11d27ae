// Asks what a version is about, before it is saved. Saying nothing is fine.
import { useId, useState } from "react";
import { Dialog } from "../parts/dialog/Dialog";

interface SaveVersionDialogProps {
  readonly onSave: (message: string) => void;
  readonly onClose: () => void;
}

/** Characters of a message. The server holds to it. */
const LONGEST = 200;

export function SaveVersionDialog({ onSave, onClose }: SaveVersionDialogProps) {
  const id = useId();
  const [message, setMessage] = useState("");
  return (
    <Dialog title="Save a version" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onSave(message);
        }}
      >
        <div className="field">
          <label htmlFor={id}>Description of the version</label>
          <input
            id={id}
            value={message}
            data-first
            maxLength={LONGEST}
            autoComplete="off"
            placeholder="The labels in Finnish"
            onChange={(event) => setMessage(event.target.value)}
          />
          <span className="small muted">
            A version holds all files as they are now. You can compare with it and restore it. Each build saves one too.
          </span>
        </div>
        <div className="row">
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
