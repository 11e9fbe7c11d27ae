// Asks somebody outside for the code of their link.
import { useState, type FormEvent } from "react";
import type { CollectSession } from "./session";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly session: CollectSession;
  readonly problem: string | null;
}

export function Code({ session, problem }: Props) {
  const [code, setCode] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void session.typeCode(code.replace(/\s/g, ""));
  };
  return (
    <main className="page narrow">
      <form className="card roomy stack" onSubmit={submit}>
        <h1>Type the code</h1>
        <p>The person who sent you this link also gave you a code of six digits. You need no account and no app.</p>
        {problem !== null && (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        )}
        <label className="field">
          <span>Code</span>
          <input
            className="input num"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            required
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary big">
          Continue
        </button>
      </form>
    </main>
  );
}
