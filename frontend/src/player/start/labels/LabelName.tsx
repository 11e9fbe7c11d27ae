// The name of a label: a field while it has none or is renamed, else a heading with a pencil.
import { Pencil } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { isComposing } from "../../../look/keys/composing";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly name: string;
  readonly example: string;
  readonly longest: number;
  /** Returns what is wrong with a name; null where it is taken. */
  readonly onRename: (name: string) => string | null;
  /** Told how to bring somebody here who has to write the name first. */
  readonly focusHere: (focus: () => void) => void;
}

export function LabelName({ name, example, longest, onRename, focusHere }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [isEditing, setEditing] = useState(name === "");
  const [text, setText] = useState(name);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => focusHere(() => field.current?.focus()), [focusHere]);
  const save = (): void => {
    if (text.trim() === name && name !== "") {
      setEditing(false);
      return;
    }
    if (text.trim() === "" && name === "") return;
    const refusal = onRename(text);
    setProblem(refusal);
    if (refusal === null) setEditing(false);
  };
  if (!isEditing)
    return (
      <span className="row start-name">
        <h3 className="cut">{name}</h3>
        <button
          type="button"
          className="button quiet square"
          aria-label={`Rename ${name}`}
          title="Rename"
          onClick={() => {
            setText(name);
            setEditing(true);
            requestAnimationFrame(() => field.current?.focus());
          }}
        >
          <Pencil aria-hidden="true" />
        </button>
      </span>
    );
  return (
    <span className="field start-name">
      <input
        ref={field}
        id={id}
        className="input"
        aria-label="Name of the label"
        value={text}
        placeholder={example}
        maxLength={longest}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(null);
        }}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !isComposing(event.nativeEvent)) save();
          if (event.key === "Escape" && name !== "") setEditing(false);
        }}
      />
      {problem !== null && (
        <small id={`${id}-problem`} className="error" role="alert">
          <InlineCode>{problem}</InlineCode>
        </small>
      )}
    </span>
  );
}
