// The type of an output, as someone wants to declare it. Whether the stage can give it is the language's word.
import { isComposing } from "../../../look/keys/composing";
import { useId, useState, type FormEvent } from "react";
import { sentenceOf } from "../../api/problem";
import type { TensorType } from "../../../blocks";
import type { StagePorts } from "../../edits/graph-requests";
import type { GraphLanguage } from "../../edits/graph-language";
import { readType, shapeOf } from "./tensor-type";

interface TypeFormProps {
  readonly ports: StagePorts;
  readonly index: number;
  readonly elements: readonly string[];
  readonly language: GraphLanguage;
  readonly onSet: (types: readonly TensorType[]) => void;
  readonly onClose: () => void;
}

export function TypeForm({ ports, index, elements, language, onSet, onClose }: TypeFormProps) {
  const help = useId();
  const now = readType(ports.outputs[index] ?? null);
  const [element, setElement] = useState(now?.type ?? elements[0] ?? "");
  const [shape, setShape] = useState(now === null ? "1" : now.dimensions.join(", "));
  const [reason, setReason] = useState<string | null>(null);

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const dimensions = shapeOf(shape);
    if (dimensions === null)
      return setReason("Enter the shape as whole numbers from 1, separated by commas, such as 1, 28, 28.");
    const types = ports.outputs.map((each, at) => (at === index ? { type: element, dimensions } : readType(each)));
    const unknown = types.indexOf(null);
    if (unknown >= 0) return setReason(`The type of output ${unknown} is not known yet: set that one first.`);
    const complete = types.filter((type) => type !== null);
    const reason = await language.typesFit(ports.name, complete).catch(sentenceOf);
    if (reason === null) onSet(complete);
    else setReason(reason);
  };
  return (
    <form
      className="type-form"
      aria-label={`The type of output ${index}`}
      onSubmit={(event) => void send(event)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <select
        className="input"
        aria-label="Elements"
        autoFocus
        value={element}
        onChange={(event) => setElement(event.target.value)}
      >
        {elements.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <input
        className="input mono"
        aria-label="Shape"
        aria-describedby={help}
        aria-invalid={reason !== null}
        inputMode="text"
        spellCheck={false}
        value={shape}
        onChange={(event) => setShape(event.target.value)}
      />
      <p id={help} role="status" className={reason === null ? "small muted" : "small wrong"}>
        {reason ?? "The size of each dimension, separated by commas."}
      </p>
      <div className="row">
        <button type="submit" className="button">
          Set the type
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
