// Asks for a path: of a new file, a new name, or the folder to move to. Says at once why one cannot be.
import { useId, useRef, useEffect, useState } from "react";
import { baseName } from "../../document/files/paths";
import { Dialog } from "../../parts/dialog/Dialog";
import { DialogFoot } from "../../parts/dialog/DialogFoot";

interface PathDialogProps {
  readonly title: string;
  readonly label: string;
  readonly verb: string;
  readonly start: string;
  readonly hint?: string;
  /** The proposals while one types. */
  readonly proposals?: readonly string[];
  readonly placeholder?: string;
  /** Whether nothing may be entered: it then names the project's own folder. */
  readonly mayBeEmpty?: boolean;
  readonly problemOf: (path: string) => string | null;
  readonly onPath: (path: string) => void;
  readonly onClose: () => void;
}

export function PathDialog({
  title,
  label,
  verb,
  start,
  hint,
  proposals = [],
  placeholder,
  mayBeEmpty = false,
  problemOf,
  onPath,
  onClose,
}: PathDialogProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [path, setPath] = useState(start);
  const trimmedPath = path.trim().replace(/\/+$/, "");
  const isUntouched = trimmedPath === start.replace(/\/+$/, "");
  const problem = trimmedPath === "" && !mayBeEmpty ? "Enter a name." : problemOf(trimmedPath);
  const shownProblem = isUntouched || path === "" ? null : problem;
  useEffect(() => {
    // The name without its folders and its end is what one changes.
    const name = baseName(start);
    const dot = name.lastIndexOf(".");
    const from = start.length - name.length;
    field.current?.setSelectionRange(from, dot > 0 ? from + dot : start.length);
  }, [start]);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== null) return;
          onClose();
          onPath(trimmedPath);
        }}
      >
        <div className="field">
          <label htmlFor={id}>{label}</label>
          <input
            ref={field}
            id={id}
            className="mono"
            value={path}
            data-first
            list={proposals.length === 0 ? undefined : `${id}-offered`}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={shownProblem !== null}
            aria-describedby={`${id}-problem`}
            onChange={(event) => setPath(event.target.value)}
            placeholder={placeholder}
          />
          {proposals.length > 0 && (
            <datalist id={`${id}-offered`}>
              {proposals.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          )}
          {hint !== undefined && shownProblem === null && <span className="small muted">{hint}</span>}
          <span id={`${id}-problem`} className="error" role="status">
            {shownProblem}
          </span>
        </div>
        <DialogFoot verb={verb} disabled={problem !== null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
