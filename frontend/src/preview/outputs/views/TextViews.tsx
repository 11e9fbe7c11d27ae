// The text of an output: its values in words, or the JSON of the tensor, to be copied.
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import type { OutputTensor } from "../../../runtime";
import { numberText } from "../../readings/numbers";

const SHOWN = 200;

export function TextView({ tensor }: { readonly tensor: OutputTensor }) {
  const { elements } = tensor;
  const shown = elements.slice(0, SHOWN).map((value) => (typeof value === "number" ? numberText(value) : value));
  return (
    <div className="preview-raw" tabIndex={0} role="group" aria-label="Values">
      {tensor.type === "utf8" ? (
        <ul className="preview-texts">
          {shown.map((text, index) => (
            <li key={index}>{text}</li>
          ))}
        </ul>
      ) : (
        <p className="num">{shown.join(", ")}</p>
      )}
      {elements.length > SHOWN && <p className="small muted">and {elements.length - SHOWN} more</p>}
    </div>
  );
}

/** A value that JSON has no number for is written as text. */
function jsonOf(tensors: readonly OutputTensor[], limit: number): string {
  const written = tensors.map(({ type, dimensions, elements }) => ({
    type,
    dimensions,
    elements: elements
      .slice(0, limit)
      .map((value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value)),
  }));
  return JSON.stringify(written.length === 1 ? written[0] : written);
}

export function JsonView({ tensors }: { readonly tensors: readonly OutputTensor[] }) {
  const [said, setSaid] = useState<"" | "Copied" | "The browser did not allow copying.">("");
  const isCut = tensors.some(({ elements }) => elements.length > SHOWN);
  const copy = (): void => {
    navigator.clipboard.writeText(jsonOf(tensors, Infinity)).then(
      () => setSaid("Copied"),
      () => setSaid("The browser did not allow copying."),
    );
  };
  return (
    <>
      <pre className="preview-raw" tabIndex={0} aria-label="JSON">
        {jsonOf(tensors, SHOWN)}
      </pre>
      <div className="row wrap">
        <button type="button" className="button" onClick={copy}>
          {said === "Copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          Copy all
        </button>
        <span className="small muted" role="status">
          {said || (isCut ? `The first ${SHOWN} values are shown` : "")}
        </span>
      </div>
    </>
  );
}
