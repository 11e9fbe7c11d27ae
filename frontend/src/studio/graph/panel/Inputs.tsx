// The inputs of a stage: change, order and remove them, see their types, all without a pointer.
import type { Outline } from "../../../api/schema";
import { ArrowDown, ArrowUp, Cable, Plus, X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { moveFocus } from "../../parts/arrow-keys";
import type { GraphEdit, InputPort, Port, Source, StagePorts } from "../../edits/graph-requests";
import type { GraphLanguage } from "../../edits/graph-language";
import { hasFixedInputs } from "../canvas/flow-elements";
import { InlineCode } from "../../../look/code/InlineCode";

interface InputsProps {
  readonly ports: StagePorts;
  readonly outline: Outline;
  readonly language: GraphLanguage;
  readonly readOnly: boolean;
  readonly onEdit: (edit: GraphEdit) => Promise<unknown>;
  readonly onPick: (name: string) => void;
}

function portText({ stage, index }: Port): string {
  return index === 0 ? stage : `${stage}.${index}`;
}

export function Inputs({ ports, outline, language, readOnly, onEdit, onPick }: InputsProps) {
  const [choosing, setChoosing] = useState<number | null>(null);
  const heading = useId();
  const { name, inputs } = ports;
  const connectedCount = inputs.filter((port) => port.source !== null).length;
  const swap = (index: number): Promise<unknown> => {
    const [one, other] = [inputs[index - 1]?.source, inputs[index]?.source];
    if (one === null || one === undefined || other === null || other === undefined) return Promise.resolve();
    return onEdit({
      edit: "several",
      edits: [
        { edit: "connect", source: other, target: name, target_index: index - 1 },
        { edit: "connect", source: one, target: name, target_index: index },
      ],
    });
  };
  const connect = (source: Port, index: number): void => {
    setChoosing(null);
    void onEdit({ edit: "connect", source, target: name, target_index: index });
  };
  return (
    <section aria-labelledby={heading} className="panel-part">
      <h3 id={heading}>Inputs</h3>
      <ol className="ports">
        {inputs.map((port, index) => (
          <li key={index}>
            <InputRow
              port={port}
              index={index}
              count={connectedCount}
              readOnly={readOnly}
              onPick={onPick}
              onChange={() => setChoosing(choosing === index ? null : index)}
              onUp={() => void swap(index)}
              onDown={() => void swap(index + 1)}
              onDisconnect={() => void onEdit({ edit: "disconnect", target: name, target_index: index })}
            />
            {choosing === index && (
              <Sources
                language={language}
                outline={outline}
                target={name}
                index={index}
                onConnect={(source) => connect(source, index)}
                onClose={() => setChoosing(null)}
              />
            )}
          </li>
        ))}
      </ol>
      {inputs.length === 0 && <p className="small muted">It has no inputs yet.</p>}
      {!readOnly && inputs.length === connectedCount && !hasFixedInputs(ports) && (
        <button
          type="button"
          className="button"
          aria-expanded={choosing === inputs.length}
          onClick={() => setChoosing(choosing === inputs.length ? null : inputs.length)}
        >
          <Plus aria-hidden="true" />
          Connect an input
        </button>
      )}
      {choosing !== null && choosing === inputs.length && (
        <Sources
          language={language}
          outline={outline}
          target={name}
          index={choosing}
          onConnect={(source) => connect(source, choosing)}
          onClose={() => setChoosing(null)}
        />
      )}
    </section>
  );
}

interface InputRowProps {
  readonly port: InputPort;
  readonly index: number;
  /** How many inputs are connected. */
  readonly count: number;
  readonly readOnly: boolean;
  readonly onPick: (name: string) => void;
  readonly onChange: () => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onDisconnect: () => void;
}

function InputRow({ port, index, count, readOnly, onPick, onChange, onUp, onDown, onDisconnect }: InputRowProps) {
  const { source } = port;
  const label = port.name ?? `input ${index}`;
  return (
    <div className="port-row">
      <span className="small muted num">{port.name ?? index}</span>
      {source === null ? (
        <button type="button" className="button quiet" disabled={readOnly} onClick={onChange}>
          Not connected
        </button>
      ) : (
        <button type="button" className="link cut" title={`Go to ${source.stage}`} onClick={() => onPick(source.stage)}>
          {portText(source)}
        </button>
      )}
      <code className="cut">{port.type ?? "type unknown"}</code>
      {!readOnly && source !== null && (
        <span className="port-tools">
          <button
            type="button"
            className="button quiet square"
            aria-label={`Read ${label} from another stage`}
            title="Read from another stage"
            onClick={onChange}
          >
            <Cable aria-hidden="true" />
          </button>
          {count > 1 && (
            <>
              <button
                type="button"
                className="button quiet square"
                aria-label={`Move ${label} up`}
                disabled={index === 0}
                onClick={onUp}
              >
                <ArrowUp aria-hidden="true" />
              </button>
              <button
                type="button"
                className="button quiet square"
                aria-label={`Move ${label} down`}
                disabled={index >= count - 1}
                onClick={onDown}
              >
                <ArrowDown aria-hidden="true" />
              </button>
            </>
          )}
          <button
            type="button"
            className="button quiet square"
            aria-label={`Disconnect ${label}`}
            title="Disconnect"
            onClick={onDisconnect}
          >
            <X aria-hidden="true" />
          </button>
        </span>
      )}
    </div>
  );
}

interface SourcesProps {
  readonly language: GraphLanguage;
  readonly outline: Outline;
  readonly target: string;
  readonly index: number;
  readonly onConnect: (source: Port) => void;
  readonly onClose: () => void;
}

/** All outputs that an input could read from: those that fit first, the others with the reason. */
function Sources({ language, outline, target, index, onConnect, onClose }: SourcesProps) {
  const [sources, setSources] = useState<readonly Source[] | null>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    let isActive = true;
    language.sources(target, index).then(
      (answer) =>
        isActive &&
        setSources(answer.toSorted((one, other) => Number(one.reason !== null) - Number(other.reason !== null))),
      () => isActive && onClose(),
    );
    return () => {
      isActive = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language, outline, target, index]);
  const isThere = sources !== null;
  useEffect(() => {
    if (isThere) list.current?.querySelector<HTMLElement>("[data-row]")?.focus();
  }, [isThere]);
  if (sources === null) return <p className="small muted">Finding stages that fit…</p>;
  if (sources.length === 0) return <p className="small muted">No stage has an output yet.</p>;
  return (
    <ul
      ref={list}
      className="sources"
      aria-label="Possible sources"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return moveFocus(event);
        onClose();
        event.stopPropagation();
      }}
    >
      {sources.map((source) => (
        <li key={portText(source)}>
          <button
            type="button"
            data-row
            className={source.reason === null ? "source-row" : "source-row unfit"}
            aria-disabled={source.reason !== null}
            onClick={() => source.reason === null && onConnect({ stage: source.stage, index: source.index })}
          >
            <b>{portText(source)}</b> <code>{source.type}</code>
            {source.reason !== null && (
              <span className="small muted">
                <InlineCode>{source.reason}</InlineCode>
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
