// The labels of the rune that runs, offered where a sample gets one, and a word about any other.
import { isKnown } from "../session/samples/splits-and-labels";

export function LabelList({ id, labels }: { readonly id: string; readonly labels: readonly string[] }) {
  return (
    <datalist id={id}>
      {labels.map((label) => (
        <option key={label} value={label} />
      ))}
    </datalist>
  );
}

interface OtherLabelProps {
  readonly id: string;
  readonly label: string;
  readonly labels: readonly string[];
}

/** Another label is allowed: the model may learn it later. */
export function OtherLabel({ id, label, labels }: OtherLabelProps) {
  const isOther = label.trim() !== "" && labels.length > 0 && !isKnown(label, labels);
  return (
    <p id={id} className="small muted" aria-live="polite">
      {isOther &&
        `The rune that runs has no label “${label.trim()}”, so it cannot be right on this sample. Its labels: ${labels
          .slice(0, 12)
          .join(", ")}${labels.length > 12 ? ", …" : ""}.`}
    </p>
  );
}
