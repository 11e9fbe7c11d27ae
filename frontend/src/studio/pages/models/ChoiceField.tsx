// One of some words. A value that is none of them, which somebody wrote in the text, is shown as it is.
import { Field } from "./Field";
import type { Diagnostic } from "../../../api/schema";

interface ChoiceFieldProps {
  readonly label: string;
  readonly help?: string;
  readonly problems?: readonly Diagnostic[];
  readonly refusal?: string;
  /** Null: left out in the text, which means `standard`. */
  readonly value: string | null;
  readonly choices: readonly string[];
  /** The value of a key that is left out; null where it has to be written. */
  readonly standard: string | null;
  /** Said of a value that is none of the choices. */
  readonly otherwise: string;
  readonly onSet: (value: string | null) => void;
}

export function ChoiceField({ value, choices, standard, otherwise, onSet, ...field }: ChoiceFieldProps) {
  const currentValue = value ?? standard ?? "";
  return (
    <Field {...field}>
      {({ id, describedBy, isWrong }) => (
        <select
          id={id}
          className="input"
          aria-describedby={describedBy}
          aria-invalid={isWrong ? true : undefined}
          value={currentValue}
          onChange={(event) => onSet(event.target.value === standard ? null : event.target.value)}
        >
          {!choices.includes(currentValue) && (
            <option value={currentValue}>{currentValue === "" ? "Choose" : `${currentValue} (${otherwise})`}</option>
          )}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
              {choice === standard && " (default)"}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
