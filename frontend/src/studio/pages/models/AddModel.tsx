// A new model of forge.yml: the source that it is made from, its form, and the file that is written.
import { isComposing } from "../../../look/keys/composing";
import { useEffect, useRef, useState } from "react";
import { INTERFACES } from "../../../declared/model-settings";
import { DialogFoot } from "../../parts/dialog/DialogFoot";
import type { ModelEdit } from "../../edits/model-entries";
import { ChoiceField } from "./ChoiceField";
import { FLOAT_FORM, formsFor, modelNameFor } from "./choices";
import { Field } from "./Field";

interface AddModelProps {
  readonly sources: readonly string[];
  /** Paths that are no new name. */
  readonly usedPaths: ReadonlySet<string>;
  /** Answers why it was not added, or "". */
  readonly onAdd: (edit: ModelEdit & { readonly edit: "add-model" }) => Promise<string>;
  readonly onClose: () => void;
}

/** The form that is proposed: what small devices run. */
const PROPOSED_FORM = "int8";

export function AddModel({ sources, usedPaths, onAdd, onClose }: AddModelProps) {
  const [source, setSource] = useState(sources[0] ?? "");
  const [form, setForm] = useState(PROPOSED_FORM);
  const [typedPath, setTypedPath] = useState<string | null>(null);
  const [refusal, setRefusal] = useState("");
  const [isBusy, setBusy] = useState(false);
  const fields = useRef<HTMLFormElement>(null);
  useEffect(() => fields.current?.querySelector("select")?.focus(), []);
  const path = typedPath ?? modelNameFor(source, usedPaths);
  const submit = async (): Promise<void> => {
    setBusy(true);
    // The server makes forms with floats as inputs and outputs.
    const settings =
      form === FLOAT_FORM ? { quantize: null, interface: null } : { quantize: form, interface: INTERFACES[1] };
    setRefusal(await onAdd({ edit: "add-model", path: path.trim(), source, ...settings }));
    setBusy(false);
  };
  return (
    <form
      ref={fields}
      className="card stack"
      aria-label="New model"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="model-fields">
        <ChoiceField
          label="Source"
          value={source}
          choices={sources}
          standard={null}
          otherwise="not in the project"
          onSet={(next) => setSource(next ?? "")}
        />
        <ChoiceField
          label="Form"
          value={form}
          choices={formsFor(source)}
          standard={FLOAT_FORM}
          otherwise="not available"
          onSet={(next) => setForm(next ?? FLOAT_FORM)}
        />
        <Field label="Model file" refusal={refusal}>
          {({ id, describedBy, isWrong }) => (
            <input
              id={id}
              className="input mono"
              value={path}
              autoComplete="off"
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={isWrong ? true : undefined}
              onChange={(event) => {
                setTypedPath(event.target.value);
                setRefusal("");
              }}
            />
          )}
        </Field>
      </div>
      <DialogFoot verb="Add" disabled={isBusy || source === "" || path.trim() === ""} onClose={onClose} />
    </form>
  );
}
