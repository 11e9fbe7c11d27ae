// The outputs of a stage: their types, watched, connected, declared or inferred.
import { Cable, Eye, Pencil, RotateCcw } from "lucide-react";
import { useId, useState } from "react";
import { sentenceOf } from "../../api/problem";
import type { TensorType } from "../../../blocks";
import type { GraphEdit, StagePorts } from "../../edits/graph-requests";
import type { PortEnd } from "../canvas/connecting";
import type { GraphLanguage } from "../../edits/graph-language";
import { TypeForm } from "./TypeForm";
import type { WatchedWires } from "../watched-wires";

interface OutputsProps {
  readonly ports: StagePorts;
  /** The names of the types that elements may have. */
  readonly elements: readonly string[];
  readonly language: GraphLanguage;
  readonly readOnly: boolean;
  readonly watching: WatchedWires | null;
  readonly onEdit: (edit: GraphEdit) => Promise<unknown>;
  readonly onConnect: (from: PortEnd) => void;
}

export function Outputs({ ports, elements, language, readOnly, watching, onEdit, onConnect }: OutputsProps) {
  const heading = useId();
  const [changing, setChanging] = useState<number | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const { name, outputs, declared } = ports;
  const set = (types: readonly TensorType[] | null): void => {
    setChanging(null);
    setReason(null);
    void onEdit({ edit: "set-outputs", stage: name, types });
  };
  const leaveOut = (): Promise<void> =>
    language.typesFit(name, null).then(
      (reason) => (reason === null ? set(null) : setReason(reason)),
      (error: unknown) => setReason(sentenceOf(error)),
    );
  return (
    <section aria-labelledby={heading} className="panel-part">
      <div className="row between">
        <h3 id={heading}>Outputs</h3>
        {declared && !readOnly ? (
          <button
            type="button"
            className="button quiet back"
            aria-label="Outputs: back to the default, the derived types"
            title="Back to the default: the derived types"
            onClick={() => void leaveOut()}
          >
            <RotateCcw aria-hidden="true" />
            Default
          </button>
        ) : (
          <span className="small muted">{declared ? "" : "default"}</span>
        )}
      </div>
      <ol className="ports">
        {outputs.map((type, index) => {
          const isWatched = watching?.isWatched({ stage: name, index }) ?? false;
          return (
            <li key={index}>
              <div className="port-row">
                <span className="small muted num">{index}</span>
                <code className="cut grow">{type ?? "type unknown"}</code>
                <span className="port-tools">
                  {watching !== null && (
                    <button
                      type="button"
                      className="button quiet square"
                      aria-pressed={isWatched}
                      aria-label={`Watch output ${index}`}
                      title="Watch in the preview"
                      onClick={() => watching.toggle({ stage: name, index })}
                    >
                      <Eye aria-hidden="true" />
                    </button>
                  )}
                  {!readOnly && elements.length > 0 && (
                    <button
                      type="button"
                      className="button quiet square"
                      aria-expanded={changing === index}
                      aria-label={`Change the type of output ${index}`}
                      title="Change the type"
                      onClick={() => setChanging(changing === index ? null : index)}
                    >
                      <Pencil aria-hidden="true" />
                    </button>
                  )}
                  {!readOnly && (
                    <button
                      type="button"
                      className="button quiet square"
                      aria-label={`Connect output ${index} to another stage`}
                      title="Connect to another stage"
                      onClick={() => onConnect({ stage: name, index, side: "output" })}
                    >
                      <Cable aria-hidden="true" />
                    </button>
                  )}
                </span>
              </div>
              {changing === index && (
                <TypeForm
                  ports={ports}
                  index={index}
                  elements={elements}
                  language={language}
                  onSet={set}
                  onClose={() => setChanging(null)}
                />
              )}
            </li>
          );
        })}
      </ol>
      {reason !== null && (
        <p role="status" className="small wrong">
          {reason}
        </p>
      )}
    </section>
  );
}
