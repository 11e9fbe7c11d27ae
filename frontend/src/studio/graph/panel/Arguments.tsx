// The arguments of a stage, each in the form that suits it, with its help and a way back to its default.
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { InlineCode } from "../../../look/code/InlineCode";
import type { EditStep } from "../../session/workspace";
import type { ArgumentValue, GraphEdit, PaletteAnswer, StageArgument } from "../../edits/graph-requests";
import { NumberField } from "./NumberField";
import { TextField } from "../../parts/TextField";

interface ArgumentsProps {
  readonly stage: string;
  readonly fields: readonly StageArgument[];
  /** The resources and files that a long text may come from. */
  readonly sources: Pick<PaletteAnswer, "resources" | "text_files">;
  readonly readOnly: boolean;
  readonly onEdit: (edit: GraphEdit, step?: EditStep) => Promise<unknown>;
}

export function Arguments(props: ArgumentsProps) {
  if (props.fields.length === 0) return null;
  return (
    <section aria-label="Arguments" className="panel-part">
      <h3>Arguments</h3>
      {props.fields.map((argument) => (
        <Argument key={argument.name} argument={argument} {...props} />
      ))}
    </section>
  );
}

function Argument({
  argument,
  stage,
  sources,
  readOnly,
  onEdit,
}: ArgumentsProps & { readonly argument: StageArgument }) {
  const help = useId();
  const { name, value, required } = argument;
  const set = (next: ArgumentValue | null, step: EditStep = "alone"): Promise<unknown> =>
    onEdit({ edit: "set-argument", stage, name, value: next }, step);
  const unsaid = argument.default === null ? "empty" : `${argument.default}`;
  return (
    <div className="argument">
      <div className="row between">
        <span className="argument-name mono">{name}</span>
        {value !== null && !required && !readOnly && (
          <button
            type="button"
            className="button quiet back"
            aria-label={`${name}: back to the default, ${unsaid}`}
            title={`Back to the default: ${unsaid}`}
            onClick={() => void set(null)}
          >
            <RotateCcw aria-hidden="true" />
            Default
          </button>
        )}
        {value === null && <span className="small muted">{required ? "missing" : "default"}</span>}
      </div>
      <Field
        argument={argument}
        describedBy={help}
        readOnly={readOnly}
        stage={stage}
        sources={sources}
        onEdit={onEdit}
        set={set}
      />
      <p id={help} className="small muted">
        <InlineCode>{argument.help}</InlineCode>
      </p>
    </div>
  );
}

interface FieldProps extends Omit<ArgumentsProps, "fields"> {
  readonly argument: StageArgument;
  readonly describedBy: string;
  readonly set: (value: ArgumentValue | null, step?: EditStep) => Promise<unknown>;
}

function Field({ argument, describedBy, readOnly, stage, sources, onEdit, set }: FieldProps) {
  const { name, kind, value } = argument;
  const currentValue = value ?? argument.default;
  switch (kind) {
    case "integer":
    case "float":
      return <NumberField argument={argument} disabled={readOnly} describedBy={describedBy} onSet={set} />;
    case "switch":
      return (
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            aria-label={name}
            aria-describedby={describedBy}
            disabled={readOnly}
            checked={Number(currentValue ?? 0) !== 0}
            onChange={(event) => void set(event.target.checked ? 1 : 0)}
          />
          <span>{Number(currentValue ?? 0) !== 0 ? "On" : "Off"}</span>
        </label>
      );
    case "choice": {
      const isKnown = argument.choices.includes(String(currentValue ?? ""));
      return (
        <select
          className="input"
          aria-label={name}
          aria-describedby={describedBy}
          disabled={readOnly}
          value={String(currentValue ?? "")}
          onChange={(event) => void set(event.target.value)}
        >
          {!isKnown && (
            <option value={String(currentValue ?? "")}>
              {currentValue === null ? "Choose" : String(currentValue)}
            </option>
          )}
          {argument.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    }
    case "long-text":
      return (
        <LongText
          argument={argument}
          describedBy={describedBy}
          readOnly={readOnly}
          stage={stage}
          sources={sources}
          onEdit={onEdit}
          set={set}
        />
      );
    case "text":
      return (
        <TextField
          label={name}
          value={String(currentValue ?? "")}
          disabled={readOnly}
          describedBy={describedBy}
          onSet={(next) => void set(next)}
        />
      );
  }
}

const HERE = "here";

function LongText({ argument, describedBy, readOnly, stage, sources, onEdit, set }: FieldProps) {
  const { name, value, resource, text } = argument;
  const write = (next: string): void =>
    void onEdit({ edit: "set-argument", stage, name, value: next, value_is: "text" });
  const from = (source: string): void => {
    if (source === HERE) void set(text ?? "");
    else if (source.startsWith("$")) void set(source);
    else void onEdit({ edit: "set-argument", stage, name, value: source, value_is: "file" });
  };
  const content = resource === null ? String(value ?? argument.default ?? "") : text;
  return (
    <div className="long-text">
      <select
        className="input"
        aria-label={`Where ${name} comes from`}
        disabled={readOnly}
        value={resource === null ? HERE : `$${resource}`}
        onChange={(event) => from(event.target.value)}
      >
        <option value={HERE}>Written in the Runefile</option>
        {resource !== null && !sources.resources.includes(resource) && (
          <option value={`$${resource}`}>The resource {resource}, which does not exist</option>
        )}
        {sources.resources.map((each) => (
          <option key={each} value={`$${each}`}>
            The resource {each}
          </option>
        ))}
        {sources.text_files.map((path) => (
          <option key={path} value={path}>
            The file {path}
          </option>
        ))}
      </select>
      {content === null ? (
        <p className="small muted">The app that runs the rune supplies this text.</p>
      ) : (
        <TextField label={name} value={content} disabled={readOnly} describedBy={describedBy} isLong onSet={write} />
      )}
    </div>
  );
}
