// One label that is taught: its name, its examples as small pictures, and the button that records the next one.
import { isComposing } from "../../look/keys/composing";
import { Circle, Trash2, X } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { Thumbnail, type Example } from "../../preview";
import type { CapabilityRequest } from "../../runtime";
import type { TaughtExample, TaughtLabel } from "./lessons";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly label: TaughtLabel;
  readonly request: CapabilityRequest | undefined;
  readonly needed: number;
  readonly most: number;
  /** The examples that the others would give another label, by id, with that label. */
  readonly mistaken: ReadonlyMap<number, string>;
  readonly canRecord: boolean;
  /** Whether an example of this label is being recorded now. */
  readonly isRecording: boolean;
  readonly problemOf: (name: string) => string | null;
  readonly onRecord: () => void;
  readonly onRename: (name: string) => void;
  readonly onRemove: () => void;
  readonly onForget: (example: number) => void;
}

export function LabelCard(props: Props) {
  const { label, request, needed, most, mistaken, canRecord, isRecording } = props;
  const { name, examples } = label;
  return (
    <li className="card stack teach-label" aria-label={name}>
      <div className="row wrap">
        <LabelName key={name} label={label} problemOf={props.problemOf} onRename={props.onRename} />
        <span className="small muted num" role="status">
          {examples.length < needed ? `${examples.length} of ${needed} examples` : `${examples.length} examples`}
        </span>
        <span className="grow" />
        <button
          type="button"
          className="button quiet square"
          aria-label={`Remove the label ${name}`}
          title="Remove this label"
          onClick={props.onRemove}
        >
          <Trash2 aria-hidden="true" />
        </button>
      </div>
      <div className="row wrap">
        <button
          type="button"
          className={isRecording ? "button recording" : examples.length < needed ? "button primary" : "button"}
          disabled={!canRecord || examples.length >= most}
          onClick={props.onRecord}
        >
          <Circle aria-hidden="true" />
          {isRecording ? "Recording…" : "Record an example"}
          <span className="aloud"> of {name}</span>
        </button>
        {examples.length >= most && <span className="small muted">A label has at most {most} examples.</span>}
      </div>
      {examples.length > 0 && (
        <ul className="plain-list teach-examples" aria-label={`Examples of ${name}`}>
          {examples.map((example, place) => (
            <ExampleTile
              key={example.id}
              name={`Example ${place + 1} of ${name}`}
              example={example}
              request={request}
              mistaken={mistaken.get(example.id) ?? null}
              onForget={() => props.onForget(example.id)}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

interface NameProps {
  readonly label: TaughtLabel;
  readonly problemOf: (name: string) => string | null;
  readonly onRename: (name: string) => void;
}

/** The name, which is changed in its place. */
function LabelName({ label, problemOf, onRename }: NameProps) {
  const [typedName, setTypedName] = useState(label.name);
  const id = useId();
  const problem = typedName === label.name ? null : problemOf(typedName);
  const settle = (): void => {
    if (problem !== null) setTypedName(label.name);
    else if (typedName.trim() !== label.name) onRename(typedName.trim());
  };
  return (
    <span className="field teach-name">
      <input
        className="input"
        aria-label={`Name of the label ${label.name}`}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : id}
        value={typedName}
        onChange={(event) => setTypedName(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          if (event.key === "Enter") settle();
          else if (event.key === "Escape") setTypedName(label.name);
        }}
      />
      {problem !== null && (
        <small id={id} className="error" role="alert">
          <InlineCode>{problem}</InlineCode>
        </small>
      )}
    </span>
  );
}

interface TileProps {
  readonly name: string;
  readonly example: TaughtExample;
  readonly request: CapabilityRequest | undefined;
  readonly mistaken: string | null;
  readonly onForget: () => void;
}

function ExampleTile({ name, example, request, mistaken, onForget }: TileProps) {
  const { id, content } = example;
  const shownExample = useMemo<Example | null>(
    () =>
      content === null
        ? null
        : { key: String(id), label: name, isGenerated: false, read: () => Promise.resolve(content) },
    [id, name, content],
  );
  return (
    <li className={mistaken === null ? "teach-example" : "teach-example mistaken"}>
      {shownExample !== null && request !== undefined ? (
        <Thumbnail request={request} example={shownExample} />
      ) : (
        <span>{id}</span>
      )}
      {mistaken !== null && <span className="small">like {mistaken}</span>}
      <button
        type="button"
        className="button quiet square"
        aria-label={`Remove ${name}`}
        title="Remove"
        onClick={onForget}
      >
        <X aria-hidden="true" />
      </button>
    </li>
  );
}
