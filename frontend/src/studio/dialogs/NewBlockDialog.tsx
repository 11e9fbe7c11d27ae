// A new block in Python: its name, and the wire that it is put into. Its file and its stage come as one step of the undo.
import type { OutlineWire } from "../../api/schema";
import { useId, useState } from "react";
import { LanguageRefusal } from "../../language";
import { sentenceOf } from "../api/problem";
import { Dialog } from "../parts/dialog/Dialog";
import { DialogFoot } from "../parts/dialog/DialogFoot";
import { createBlock } from "../edits/new-block";
import { undoOfLastStep } from "../session/toasts/undo-action";
import { useOutline, useStudio } from "../context/studio";

interface Props {
  readonly at: Pick<OutlineWire, "source" | "source_index"> | null;
  readonly onClose: () => void;
}

const NOWHERE = "";

const keyOf = ({ source, source_index, target, target_index }: OutlineWire): string =>
  JSON.stringify([source, source_index, target, target_index]);

export default function NewBlockDialog({ at, onClose }: Props) {
  const { workspace, places } = useStudio();
  const { wires } = useOutline();
  const id = useId();
  const suggestedWire = wires.find((wire) => wire.source === at?.source && wire.source_index === at.source_index);
  const [name, setName] = useState("");
  const [place, setPlace] = useState(suggestedWire === undefined ? NOWHERE : keyOf(suggestedWire));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      const wire = wires.find((each) => keyOf(each) === place) ?? null;
      const path = await createBlock(workspace, name, wire);
      onClose();
      places.awaitFile(path);
      workspace.toasts.say(
        wire === null
          ? `${path} is created. Add it to the Runefile as proc-block: ./${path}.`
          : `${path} runs between ${wire.source} and ${wire.target}.`,
        undoOfLastStep(workspace),
      );
    } catch (error) {
      setRefusal(error instanceof LanguageRefusal ? error.message : sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="New block in Python" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="field">
          <label htmlFor={id}>Function name</label>
          <input
            id={id}
            className="mono"
            value={name}
            data-first
            autoComplete="off"
            spellCheck={false}
            placeholder="smooth"
            aria-invalid={refusal !== null}
            aria-describedby={`${id}-problem`}
            onChange={(event) => {
              setName(event.target.value);
              setRefusal(null);
            }}
          />
          {refusal === null && (
            <span className="small muted">
              {name === "" ? "Creates a file with a small working example." : `Its file is ${name}.py.`}
            </span>
          )}
          <span id={`${id}-problem`} className="error" role="status">
            {refusal}
          </span>
        </div>
        <div className="field">
          <label htmlFor={`${id}-place`}>Where it runs</label>
          <select id={`${id}-place`} value={place} onChange={(event) => setPlace(event.target.value)}>
            {wires.map((wire) => (
              <option key={keyOf(wire)} value={keyOf(wire)}>
                Between {wire.source} and {wire.target}
                {wire.type !== null && ` (${wire.type})`}
              </option>
            ))}
            <option value={NOWHERE}>Nowhere yet</option>
          </select>
        </div>
        <DialogFoot verb="Create" disabled={name === "" || isBusy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
