// One model of forge.yml: its file, what it is made from and how. Who may not edit sees the same as a table.
import { Text, Trash2 } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { Diagnostic } from "../../../api/schema";
import { CALIBRATIONS, INTERFACES, MODEL_HELP } from "../../../declared/model-settings";
import type { EntryKey, ModelEdit, ModelEntry, TextKey } from "../../edits/model-entries";
import { TextField } from "../../parts/TextField";
import { ChoiceField } from "./ChoiceField";
import { FLOAT_FORM, formsFor, keepsLayers, measuresRanges } from "./choices";
import { Field, ProblemList } from "./Field";
import { problemsOf } from "./field-problems";
import { LayersField } from "./LayersField";
import { ModelFacts } from "./ModelFacts";

export interface ModelCardProps {
  readonly entry: ModelEntry;
  readonly diagnostics: readonly Diagnostic[];
  /** The files that it can be made from. */
  readonly sources: readonly string[];
  /** The layers that the last conversion of its source found. */
  readonly layers: readonly string[];
  readonly readOnly: boolean;
  /** True if it came by an edit that had the focus, which it gets. */
  readonly isAwaited: boolean;
  /** Answers why an edit was not made, or "". */
  readonly onEdit: (edit: ModelEdit) => Promise<string>;
  readonly onRemove: () => void;
  readonly onText: () => void;
}

type Place = EntryKey | "path";

export function ModelCard(props: ModelCardProps) {
  const { entry, diagnostics, readOnly, isAwaited, onRemove, onText } = props;
  const heading = useId();
  const card = useRef<HTMLElement>(null);
  const { whole } = problemsOf(entry, diagnostics);
  useEffect(() => {
    if (isAwaited && (document.activeElement ?? document.body) === document.body)
      card.current?.querySelector<HTMLElement>("[data-first]")?.focus();
  }, [isAwaited]);
  return (
    <section ref={card} className="card model-entry" aria-labelledby={heading}>
      <div className="row between">
        <h2 id={heading} className="mono cut">
          {entry.path}
        </h2>
        <span className="row">
          <button
            type="button"
            className="button quiet square"
            aria-label={`Show ${entry.path} in the text`}
            title="Show in the text"
            onClick={onText}
          >
            <Text aria-hidden="true" />
          </button>
          {!readOnly && (
            <button
              type="button"
              className="button quiet square"
              aria-label={`Remove ${entry.path}`}
              title="Remove"
              onClick={onRemove}
            >
              <Trash2 aria-hidden="true" />
            </button>
          )}
        </span>
      </div>
      <ProblemList problems={whole} />
      {readOnly ? <ModelFacts entry={entry} diagnostics={diagnostics} /> : <ModelFields {...props} />}
    </section>
  );
}

function ModelFields({ entry, diagnostics, sources, layers, onEdit }: ModelCardProps) {
  const [refusal, setRefusal] = useState<{ readonly place: Place; readonly reason: string } | null>(null);
  const { path, source, quantize } = entry;
  const problems = problemsOf(entry, diagnostics);
  const make = async (place: Place, edit: ModelEdit): Promise<void> => {
    const reason = await onEdit(edit);
    setRefusal(reason === "" ? null : { place, reason });
  };
  const set = (key: TextKey | "keep", value: string | readonly string[] | null): void =>
    void make(key, { edit: "set-model", path, key, value });
  const refusalOf = (place: Place): string => (refusal?.place === place ? refusal.reason : "");
  const of = (key: EntryKey) => ({ help: MODEL_HELP[key], problems: problems.of(key), refusal: refusalOf(key) });
  const form = quantize ?? FLOAT_FORM;
  return (
    <div className="model-fields">
      <Field label="Model file" help="The file that is written." refusal={refusalOf("path")}>
        {({ id, describedBy, isWrong }) => (
          <TextField
            id={id}
            label="Model file"
            value={path}
            disabled={false}
            isFirst
            isWrong={isWrong}
            describedBy={describedBy}
            onSet={(to) => void make("path", { edit: "rename-model", path, to: to.trim() })}
          />
        )}
      </Field>
      <ChoiceField
        label="Source"
        {...of("source")}
        value={source}
        choices={sources}
        standard={null}
        otherwise="not in the project"
        onSet={(next) => set("source", next)}
      />
      <ChoiceField
        label="Form"
        {...of("quantize")}
        value={quantize}
        choices={formsFor(source)}
        standard={FLOAT_FORM}
        otherwise="not available"
        onSet={(next) => set("quantize", next)}
      />
      {(measuresRanges(form) || entry.calibration !== null) && (
        <ChoiceField
          label="Ranges measured on"
          {...of("calibration")}
          value={entry.calibration}
          choices={CALIBRATIONS}
          standard={CALIBRATIONS[0]}
          otherwise="unknown"
          onSet={(next) => set("calibration", next)}
        />
      )}
      {(form !== FLOAT_FORM || entry.interface !== null) && (
        <ChoiceField
          label="Inputs and outputs"
          {...of("interface")}
          help={`${MODEL_HELP.interface} The server makes \`float32\` only, \`rune convert\` both.`}
          value={entry.interface}
          choices={INTERFACES}
          standard={INTERFACES[0]}
          otherwise="unknown"
          onSet={(next) => set("interface", next)}
        />
      )}
      {(measuresRanges(form) || entry.samples !== null) && (
        <Field label="Folder of samples" {...of("samples")}>
          {({ id, describedBy, isWrong }) => (
            <TextField
              id={id}
              label="Folder of samples"
              value={entry.samples ?? ""}
              placeholder="the project's recordings"
              disabled={false}
              isWrong={isWrong}
              describedBy={describedBy}
              onSet={(next) => set("samples", next.trim() === "" ? null : next.trim())}
            />
          )}
        </Field>
      )}
      {(keepsLayers(form) || entry.keep.length > 0) && (
        <LayersField {...of("keep")} layers={entry.keep} knownLayers={layers} onSet={(next) => set("keep", next)} />
      )}
      {entry.shapes.length > 0 && (
        <div className="field">
          <span className="label">Shapes of inputs</span>
          <p className="mono small">{entry.shapes.map(({ name, shape }) => `${name}: ${shape}`).join(", ")}</p>
          <ProblemList problems={problems.of("shapes")} />
          <p className="small muted">They are edited in the text.</p>
        </div>
      )}
    </div>
  );
}
