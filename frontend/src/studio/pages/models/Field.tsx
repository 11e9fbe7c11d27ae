// A field of the form with its meaning, and below it what the check says of it and why the last edit was refused.
import { useId, type ReactNode } from "react";
import type { Diagnostic } from "../../../api/schema";
import { CodeLink } from "../../parts/CodeLink";
import { InlineCode } from "../../../look/code/InlineCode";

/** The attributes of a control, so that a screen reader says its name, its meaning and its problems. */
export interface FieldIds {
  readonly id: string;
  readonly describedBy: string;
  readonly isWrong: boolean;
}

interface FieldProps {
  readonly label: string;
  readonly help?: string;
  readonly problems?: readonly Diagnostic[];
  /** Why the last edit of the field was not made; "" for none. */
  readonly refusal?: string;
  readonly children: (ids: FieldIds) => ReactNode;
}

export function Field({ label, help = "", problems = [], refusal = "", children }: FieldProps) {
  const id = useId();
  const isWrong = refusal !== "" || problems.some(({ severity }) => severity === "error");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, describedBy: `${id}-help ${id}-problems`, isWrong })}
      <div id={`${id}-problems`} role="status">
        {refusal !== "" && (
          <p className="error">
            <InlineCode>{refusal}</InlineCode>
          </p>
        )}
        <ProblemList problems={problems} />
      </div>
      {help !== "" && (
        <p id={`${id}-help`} className="small muted">
          <InlineCode>{help}</InlineCode>
        </p>
      )}
    </div>
  );
}

/** Sentences of the check, each with its code and what to do. */
export function ProblemList({ problems }: { readonly problems: readonly Diagnostic[] }) {
  return problems.map(({ severity, code, message, notes }, index) => (
    <p key={`${index} ${code}`} className={severity === "error" ? "small wrong" : "small worse"}>
      <InlineCode>{[`${message}.`, ...notes].join(" ")}</InlineCode> <CodeLink code={code} />
    </p>
  ));
}
