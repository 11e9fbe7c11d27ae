// A text that is sent when it is finished: on leaving the field, and on Enter where it has one line.
import { isComposing } from "../../look/keys/composing";
import { useState, type KeyboardEvent } from "react";

interface TextFieldProps {
  readonly label: string;
  readonly id?: string;
  readonly value: string;
  readonly disabled: boolean;
  readonly isLong?: boolean;
  readonly isFirst?: boolean;
  readonly describedBy?: string;
  readonly placeholder?: string;
  readonly isWrong?: boolean;
  readonly onSet: (value: string) => void;
}

export function TextField({
  label,
  id,
  value,
  disabled,
  isLong = false,
  isFirst = false,
  describedBy,
  placeholder,
  isWrong = false,
  onSet,
}: TextFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft !== null && draft !== value) onSet(draft);
    setDraft(null);
  };
  const props = {
    className: "input mono",
    id,
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-invalid": isWrong ? true : undefined,
    disabled,
    placeholder,
    value: draft ?? value,
    onBlur: commit,
    spellCheck: false,
    "data-first": isFirst ? true : undefined,
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || draft === null || isComposing(event.nativeEvent)) return;
    setDraft(null);
    event.stopPropagation();
  };
  if (isLong)
    return <textarea {...props} rows={4} onChange={(event) => setDraft(event.target.value)} onKeyDown={leave} />;
  return (
    <input
      {...props}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !isComposing(event.nativeEvent)) commit();
        else leave(event);
      }}
    />
  );
}
