// A protected tag and a build that lacks something for it: what is missing first, and then, for owners, the way past it with a reason.
import { OverrideLengths } from "../../../api/schema";
import { TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { sentenceOf } from "../../api/problem";

interface GateClosedProps {
  readonly tag: string;
  readonly missing: readonly string[];
  readonly mayOverride: boolean;
  readonly onOverride: (reason: string) => Promise<void>;
}

export function GateClosed({ tag, missing, mayOverride, onOverride }: GateClosedProps) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const publish = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onOverride(reason);
    } catch (refusal) {
      setError(sentenceOf(refusal));
      setBusy(false);
    }
  };
  return (
    <section className="notice warn stack" aria-labelledby={`${id}-title`}>
      <div role="alert">
        <b id={`${id}-title`}>{tag} is protected, and this build lacks something</b>
        <ul className="sentences">
          {missing.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
      {mayOverride ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void publish();
          }}
        >
          <div className="field">
            <label htmlFor={`${id}-reason`}>Reason for publishing anyway</label>
            <input
              id={`${id}-reason`}
              className="input"
              value={reason}
              required
              maxLength={OverrideLengths.reason}
              autoComplete="off"
              aria-invalid={error !== null}
              aria-describedby={`${id}-status`}
              onChange={(event) => setReason(event.target.value)}
            />
            <span id={`${id}-status`} className={error === null ? "small muted" : "error"} role="status">
              {error ?? "Everyone who sees this version reads it, and the audit log keeps it."}
            </span>
          </div>
          <div className="row">
            <button type="submit" className="button danger" disabled={busy || reason.trim() === ""}>
              <TriangleAlert aria-hidden="true" />
              {busy ? "Publishing…" : `Publish ${tag} past its gate`}
            </button>
          </div>
        </form>
      ) : (
        <p className="small">An owner of the organisation can publish it anyway, with a reason.</p>
      )}
    </section>
  );
}
