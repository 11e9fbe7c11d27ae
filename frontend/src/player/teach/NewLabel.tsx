// Another label: its name is typed, or it is one of those that the rune knows now.
import { Plus } from "lucide-react";
import { useId, useState } from "react";
import { nameProblem } from "./lessons";
import type { TeachSettings } from "./server";
import type { Lessons } from "./use-lessons";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly settings: TeachSettings;
  readonly lessons: Lessons;
}

export function NewLabel({ settings, lessons }: Props) {
  const [typedName, setTypedName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const { now } = lessons.history;
  const isFull = now.labels.length >= settings.mostLabels;
  const freeLabels = settings.labels.filter((name) => nameProblem(now, name, settings.longestLabel) === null);
  const add = (name: string): void => {
    const wrong = nameProblem(now, name, settings.longestLabel);
    setProblem(wrong);
    if (wrong !== null) return;
    lessons.act({ type: "add", name: name.trim() });
    setTypedName("");
  };
  if (isFull) return <p className="small muted">A rune can be taught at most {settings.mostLabels} labels.</p>;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        add(typedName);
      }}
    >
      <div className="field">
        <label htmlFor={id}>New label</label>
        <div className="row">
          <input
            id={id}
            className="input grow"
            value={typedName}
            maxLength={settings.longestLabel}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : `${id}-problem`}
            onChange={(event) => {
              setTypedName(event.target.value);
              setProblem(null);
            }}
          />
          <button className="button">
            <Plus aria-hidden="true" />
            Add
          </button>
        </div>
        {problem !== null && (
          <small id={`${id}-problem`} className="error" role="alert">
            <InlineCode>{problem}</InlineCode>
          </small>
        )}
      </div>
      {freeLabels.length > 0 && (
        <div className="row wrap" role="group" aria-label="Labels that the rune knows now">
          <span className="small muted">The rune knows now:</span>
          {freeLabels.map((name) => (
            <button key={name} type="button" className="button quiet" onClick={() => add(name)}>
              <Plus aria-hidden="true" />
              {name}
            </button>
          ))}
        </div>
      )}
      {freeLabels.length > 0 && now.labels.length > 0 && (
        <p className="small muted">
          What was taught replaces the last layer, so a label without examples here is lost.
        </p>
      )}
    </form>
  );
}
