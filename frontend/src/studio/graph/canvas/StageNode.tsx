// One stage on the canvas: its name and what it is, its ports, whether something is wrong with it.
import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { RefreshCw } from "lucide-react";
import { memo, useContext } from "react";
import { KIND_WORDS, type Stage } from "../../../pipeline";
import { endAt, CanvasActionsContext, keyOf, type PortEnd } from "./connecting";
import type { Diagnostic } from "../../../api/schema";
import { ProblemBadge } from "../../parts/ProblemBadge";
import { problemPlace } from "../../session/problems/severity";

export type StageData = {
  readonly stage: Stage;
  readonly inputs: readonly PortData[];
  readonly outputs: readonly PortData[];
  /** Whether there may be one input more than are shown. */
  readonly hasFreeInput: boolean;
  readonly selected: boolean;
  /** Whether Tab comes here: of all stages one alone, the arrow keys lead to the others. */
  readonly tabStop: boolean;
  /** The worst that is wrong with it. */
  readonly problem: Diagnostic | null;
};

export interface PortData {
  /** From the stage's top. */
  readonly y: number;
  /** The text that a screen reader speaks and a tooltip shows: "input 0, f32[8], from fft". */
  readonly title: string;
  readonly isConnected: boolean;
}

export type StageFlowNode = Node<StageData, "stage">;

function PortMark({
  stage,
  side,
  index,
  port,
  isNext,
}: {
  readonly stage: string;
  readonly side: PortEnd["side"];
  readonly index: number;
  readonly port: PortData;
  readonly isNext?: boolean;
}) {
  const { connecting, tapPort, readOnly } = useContext(CanvasActionsContext);
  const isFrom =
    connecting !== null &&
    connecting.from.side === side &&
    connecting.from.stage === stage &&
    connecting.from.index === index;
  const isOther = connecting !== null && connecting.from.side !== side;
  const verdict = isOther ? connecting.verdicts.get(keyOf({ stage, index })) : undefined;
  const state = isFrom ? "from" : verdict === null ? "fits" : isOther ? "unfit" : "";
  return (
    <Handle
      type={side === "output" ? "source" : "target"}
      position={side === "output" ? Position.Right : Position.Left}
      id={`${side} ${index}`}
      isConnectable={!readOnly}
      className={`port ${port.isConnected ? "taken" : "free"} ${isNext === true ? "next" : ""} ${state}`}
      style={{ top: port.y }}
      title={typeof verdict === "string" ? verdict : port.title}
      onClick={(event) => {
        event.stopPropagation();
        if (!readOnly) tapPort({ stage, index, side });
      }}
    />
  );
}

export const StageNode = memo(function StageNode({ data, height }: NodeProps<StageFlowNode>) {
  const { connecting, goToProblem } = useContext(CanvasActionsContext);
  const { stage, inputs, outputs, hasFreeInput, selected, tabStop, problem } = data;
  const end =
    connecting === null || connecting.from.stage === stage.name
      ? null
      : endAt(connecting.verdicts, stage.name, (index) => inputs[index]?.isConnected ?? false);
  const state =
    connecting === null || connecting.from.stage === stage.name
      ? ""
      : end === null || "reason" in end
        ? "unfit"
        : "fits";
  const states = (stage.state ?? []).map(({ name, help, gap }) => `${name}. ${help}. After a gap or a restart: ${gap}`);
  const description = [
    KIND_WORDS[stage.kind],
    states.length === 0 ? "" : "keeps state between runs",
    problem === null ? "" : `has ${problemPlace(problem)}`,
    state === "fits" ? "the wire fits here" : "",
  ].filter((part) => part !== "");
  const reason = end !== null && "reason" in end ? end.reason : null;
  return (
    <>
      <button
        type="button"
        className={`node ${stage.kind} ${selected ? "on" : ""} ${state} ${problem === null ? "" : "troubled"}`}
        data-stage={stage.name}
        tabIndex={tabStop ? 0 : -1}
        aria-pressed={selected}
        title={reason ?? [`${stage.name}: ${stage.detail}`, ...states.map((each) => `Keeps ${each}.`)].join("\n")}
      >
        <b>{stage.name}</b>
        <span>{stage.detail}</span>
        <i className="aloud">, {description.join(", ")}</i>
        {states.length > 0 && <RefreshCw className="node-keeps" aria-hidden="true" />}
      </button>
      {/* By the keys the panel of the stage lists its problems. */}
      {problem !== null && (
        <ProblemBadge problem={problem} onGo={goToProblem} tabIndex={-1} className="node-trouble nodrag nopan" />
      )}
      {inputs.map((port, index) => (
        <PortMark key={index} stage={stage.name} side="input" index={index} port={port} />
      ))}
      {hasFreeInput && (
        <PortMark
          stage={stage.name}
          side="input"
          index={inputs.length}
          port={{ y: (height ?? 50) - 6, title: "another input", isConnected: false }}
          isNext
        />
      )}
      {outputs.map((port, index) => (
        <PortMark key={index} stage={stage.name} side="output" index={index} port={port} />
      ))}
    </>
  );
});
