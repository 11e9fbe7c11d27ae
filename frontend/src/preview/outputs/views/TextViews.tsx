// The text of an output: its values in words, or the JSON of the tensor, to be copied.
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import type { OutputTensor } from "../../../runtime";
import { numberText } from "../../readings/numbers";

const SHOWN = 200;

export function TextView({ tensor }: { readonly tensor: OutputTensor }) {
  const { elements } = tensor;
  const texts = elements.slice(0, SHOWN).map((value) => (typeof value === "number" ? numberText(value) : value));
  return (
    <div className="preview-raw" tabIndex={0} role="group" aria-label="Values">
      {tensor.type === "utf8" ? (
        <ul className="preview-texts">
          {texts.map((text, index) => (
            <li key={index}>{text}</li>
          ))}
        </ul>
      ) : (
        <p className="num">{texts.join(", ")}</p>
      )}
      {elements.length > SHOWN && <p className="small muted">and {elements.length - SHOWN} more</p>}
    </div>
  );
}

/** A value that JSON has no number for is written as text. */
function jsonOf(tensors: readonly OutputTensor[], limit: number): string {
  const values = tensors.map(({ type, dimensions, elements }) => ({
    type,
    dimensions,
    elements: elements
      .slice(0, limit)
      .map((value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value)),
  }));
  return JSON.stringify(values.length === 1 ? values[0] : values);
}

export function JsonView({ tensors }: { readonly tensors: readonly OutputTensor[] }) {
  const [copyStatus, setCopyStatus] = useState<"" | "Copied" | "The browser did not allow copying.">("");
  const isCut = tensors.some(({ elements }) => elements.length > SHOWN);
  const copy = (): void => {
    navigator.clipboard.writeText(jsonOf(tensors, Infinity)).then(
      () => setCopyStatus("Copied"),
      () => setCopyStatus("The browser did not allow copying."),
    );
  };
  return (
    <>
      <pre className="preview-raw" tabIndex={0} aria-label="JSON">
        {jsonOf(tensors, SHOWN)}
      </pre>
      <div className="row wrap">
        <button type="button" className="button" onClick={copy}>
          {copyStatus === "Copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          Copy all
        </button>
        <span className="small muted" role="status">
          {copyStatus || (isCut ? `The first ${SHOWN} values are shown` : "")}
        </span>
      </div>
    </>
  );
}
