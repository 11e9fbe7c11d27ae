// Everything about the selected stage: name, what it is, arguments, inputs, outputs, what is wrong with it.
import { isComposing } from "../../../look/keys/composing";
import type { Diagnostic, Outline, OutlineNode } from "../../../api/schema";
import { CircleAlert, FileCode, Text, Trash2, TriangleAlert, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { KIND_WORDS } from "../../../pipeline";
import { useApplyFix } from "../../context/studio";
import { CodeLink } from "../../parts/CodeLink";
import { InlineCode } from "../../../look/code/InlineCode";
import type { EditStep } from "../../session/workspace";
import type { GraphEdit, PaletteAnswer, PaletteItem, StageArgument, StagePorts } from "../../edits/graph-requests";
import type { PortEnd } from "../canvas/connecting";
import type { GraphLanguage } from "../../edits/graph-language";
import { stagesOf } from "../../session/problems/severity";
import { Arguments } from "./Arguments";
import { Inputs } from "./Inputs";
import { Outputs } from "./Outputs";
import { SharedBlockPart } from "./SharedBlockPart";
import { TextField } from "../../parts/TextField";
import type { WatchedWires } from "../watched-wires";

interface StagePanelProps {
  readonly node: OutlineNode;
  readonly language: GraphLanguage;
  readonly ports: StagePorts | null;
  readonly outline: Outline;
  readonly diagnostics: readonly Diagnostic[];
  readonly runefile: string;
  readonly readOnly: boolean;
  readonly watching: WatchedWires | null;
  readonly onEdit: (edit: GraphEdit, step?: EditStep) => Promise<string | null>;
  readonly onPick: (name: string) => void;
  readonly onRenamed: (name: string) => void;
  readonly onConnect: (from: PortEnd) => void;
  readonly onRemove: () => void;
  readonly onText: () => void;
  /** Makes the block of the catalogue, which is written in Python, the project's own. */
  readonly onCopy: () => void;
  readonly onClose: () => void;
}

const OF_KIND: Readonly<Record<OutlineNode["kind"], (palette: PaletteAnswer) => readonly PaletteItem[]>> = {
  capability: (palette) => palette.capabilities,
  block: (palette) => palette.blocks,
  model: (palette) => palette.models,
  output: (palette) => palette.outputs,
};

export function StagePanel({
  node,
  language,
  ports,
  outline,
  diagnostics,
  runefile,
  readOnly,
  watching,
  onEdit,
  onPick,
  onRenamed,
  onConnect,
  onRemove,
  onText,
  onCopy,
  onClose,
}: StagePanelProps) {
  const heading = useId();
  const { name, kind } = node;
  const [fields, setFields] = useState<readonly StageArgument[]>([]);
  const [palette, setPalette] = useState<PaletteAnswer | null>(null);
  const [isCopyable, setCopyable] = useState(false);

  // The present values are fetched again after every check; an answer about an older text comes too late.
  useEffect(() => {
    let isActive = true;
    Promise.all([language.arguments(name), language.palette()]).then(
      ([stageArguments, all]) => {
        if (!isActive) return;
        setFields(stageArguments);
        setPalette(all);
      },
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [language, outline, name]);

  useEffect(() => {
    let isActive = true;
    const copyReason = kind === "block" ? language.whyNotCopied(name) : Promise.resolve("no block");
    copyReason.then(
      (reason) => {
        if (isActive) setCopyable(reason === null);
      },
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [language, outline, name, kind]);

  const wrong = diagnostics.filter((each) => stagesOf(outline, each, runefile).some((stage) => stage.name === name));
  const items = palette === null ? [] : OF_KIND[kind](palette);
  const target = ports?.target ?? node.detail;
  const item = items.find((each) => each.target === ports?.item);
  const rename = async (to: string): Promise<void> => {
    if ((await onEdit({ edit: "rename-stage", name, to: to.trim() })) !== null) onRenamed(to.trim());
  };
  return (
    <aside
      className={`stage-panel ${kind}`}
      aria-labelledby={heading}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="row between">
        <h2 id={heading} className="cut">
          <span className={`kind ${kind}`} /> {name} <span className="muted small">{KIND_WORDS[kind]}</span>
        </h2>
        <button type="button" className="button quiet square" aria-label="Close the stage's panel" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </div>
      {wrong.map((diagnostic, index) => (
        <div key={`${index} ${diagnostic.code}`} className={`panel-problem ${diagnostic.severity}`}>
          <p>
            {diagnostic.severity === "error" ? (
              <CircleAlert className="icon wrong" aria-label="Error" />
            ) : (
              <TriangleAlert className="icon worse" aria-label="Warning" />
            )}{" "}
            <InlineCode>{diagnostic.message}</InlineCode> <CodeLink code={diagnostic.code} />
          </p>
          {diagnostic.notes.map((note) => (
            <p key={note} className="small muted">
              <InlineCode>{note}</InlineCode>
            </p>
          ))}
          {!readOnly && <Fixes diagnostic={diagnostic} />}
        </div>
      ))}
      <div className="panel-part">
        <div className="field">
          <span className="label">Name</span>
          <TextField label="Name" value={name} disabled={readOnly} isFirst onSet={(next) => void rename(next)} />
        </div>
        <div className="field">
          <span className="label">
            {kind === "block" ? "Proc-block" : kind === "capability" ? "Reads" : kind === "model" ? "Model" : "Output"}
          </span>
          <select
            className="input"
            aria-label={`What ${name} is`}
            disabled={readOnly}
            value={item?.target ?? target}
            onChange={(event) => void onEdit({ edit: "set-target", stage: name, target: event.target.value })}
          >
            {item === undefined && <option value={target}>{target}</option>}
            {items.map((each) => (
              <option key={each.target} value={each.target}>
                {each.title}
              </option>
            ))}
          </select>
          {item !== undefined && (
            <p className="small muted">
              <InlineCode>{item.help}</InlineCode>
            </p>
          )}
        </div>
      </div>
      {kind === "block" && (
        <SharedBlockPart
          target={target}
          readOnly={readOnly}
          onAdopt={(next) => onEdit({ edit: "set-target", stage: name, target: next })}
        />
      )}
      <Arguments
        stage={name}
        fields={fields}
        sources={palette ?? { resources: [], text_files: [] }}
        readOnly={readOnly}
        onEdit={onEdit}
      />
      {ports !== null && kind !== "capability" && (
        <Inputs
          ports={ports}
          outline={outline}
          language={language}
          readOnly={readOnly}
          onEdit={onEdit}
          onPick={onPick}
        />
      )}
      {ports !== null && kind !== "output" && (
        <Outputs
          ports={ports}
          elements={palette?.element_types ?? []}
          language={language}
          readOnly={readOnly}
          watching={watching}
          onEdit={onEdit}
          onConnect={onConnect}
        />
      )}
      <div className="row wrap panel-end">
        <button type="button" className="button" onClick={onText}>
          <Text aria-hidden="true" />
          Show in the text
        </button>
        {!readOnly && isCopyable && (
          <button type="button" className="button" onClick={onCopy}>
            <FileCode aria-hidden="true" />
            Copy into my project
          </button>
        )}
        {!readOnly && (
          <button type="button" className="button bad" onClick={onRemove}>
            <Trash2 aria-hidden="true" />
            Remove
          </button>
        )}
      </div>
    </aside>
  );
}

/** The buttons that apply the fixes of a problem. */
function Fixes({ diagnostic }: { readonly diagnostic: Diagnostic }) {
  const applyFix = useApplyFix();
  return diagnostic.fixes.map((fix) => (
    <button
      key={fix.title}
      type="button"
      className="button"
      disabled={applyFix === null}
      onClick={() => applyFix?.(fix.edits)}
    >
      {fix.title}
    </button>
  ));
}
