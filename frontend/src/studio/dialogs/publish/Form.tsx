// The form before something is published, and the message afterwards: the same for builds and for blocks.
import { useId, type ReactNode } from "react";
import { Dialog } from "../../parts/dialog/Dialog";
import { DialogFoot } from "../../parts/dialog/DialogFoot";
import { InlineCode } from "../../../look/code/InlineCode";

interface FormProps {
  /** The name of the field, such as "Version". */
  readonly label: string;
  /** Null until it is known what to propose. */
  readonly value: string | null;
  /** Why it cannot be this; null where it can. */
  readonly formatProblem: string | null;
  /** Why it was refused. */
  readonly refusal: string | null;
  /** The hint where the value is right. */
  readonly hint: string;
  /** Said first: who will have it. */
  readonly about: ReactNode;
  /** The button's text while it works; null while it does not. */
  readonly doing: string | null;
  readonly onChange: (value: string) => void;
  readonly onPublish: (value: string) => void;
  readonly onClose: () => void;
  /** Further fields. */
  readonly children?: ReactNode;
}

export function PublishForm(props: FormProps) {
  const { label, value, formatProblem, refusal, hint, about, doing, onChange, onPublish, onClose, children } = props;
  const id = useId();
  const isReady = value !== null && value !== "" && formatProblem === null && doing === null;
  const wrong = refusal ?? formatProblem;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onPublish(value);
      }}
    >
      <p className="muted">{about}</p>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        <input
          id={id}
          className="mono"
          value={value ?? ""}
          data-first
          autoComplete="off"
          spellCheck={false}
          aria-invalid={wrong !== null}
          aria-describedby={`${id}-status`}
          onChange={(event) => onChange(event.target.value.trim())}
        />
        <span id={`${id}-status`} className={wrong === null ? "small muted" : "error"} role="status">
          {wrong === null ? hint : <InlineCode>{wrong}</InlineCode>}
        </span>
      </div>
      {children}
      <DialogFoot verb={doing ?? "Publish"} disabled={!isReady} onClose={onClose} />
    </form>
  );
}

interface PublishedProps {
  readonly title: string;
  readonly onClose: () => void;
  /** How it is used, as text to copy. */
  readonly children: ReactNode;
}

export function PublishedDialog({ title, onClose, children }: PublishedProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div className="row">
        <span className="grow" />
        <button type="button" className="button primary" data-first onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
