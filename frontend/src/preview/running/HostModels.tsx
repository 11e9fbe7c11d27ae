// Models that a rune leaves to its host: what runs them here, how long that takes, and the fetching of it.
import { useId } from "react";
import type { HostModel } from "../../runtime";
import { millisecondsText, sizeText } from "../readings/numbers";
import type { Fetching } from "./session";

interface Props {
  readonly models: readonly HostModel[];
  /** The milliseconds of one run, all models together. */
  readonly milliseconds: number | null;
}

export function HostModels({ models, milliseconds }: Props) {
  const runtimes = [...new Set(models.map(({ runtime }) => runtime))].join(" and ");
  const size = sizeText(models.reduce((sum, model) => sum + model.size, 0));
  const what = models.length === 1 ? "The model" : `The ${models.length} models`;
  const time = milliseconds === null ? "" : ` Inference in the model takes ${millisecondsText(milliseconds)}.`;
  return (
    <p className="small muted preview-message">
      {what} of {size} {models.length === 1 ? "is" : "are"} not compiled into this rune: {runtimes} runs{" "}
      {models.length === 1 ? "it" : "them"} in this page.{time} The memory of {runtimes} comes on top of the memory
      above.
    </p>
  );
}

/** Megabytes on a first visit; the browser keeps them. */
export function FetchingInterpreter({ name, share }: Fetching) {
  const id = useId();
  const isThere = share >= 1;
  return (
    <div className="preview-waiting muted stack">
      <p id={id} role="status">
        {isThere
          ? `Starting ${name}, which runs this rune's model…`
          : `Fetching ${name}, which runs this rune's model…`}
      </p>
      {!isThere && <progress aria-labelledby={id} max={1} value={share} />}
    </div>
  );
}
