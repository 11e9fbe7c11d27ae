// The pipeline as a list: one stage a row, coloured by its kind, each a way to its line, and to watch what it gives.
import type { Diagnostic, OutlineNode } from "../../api/schema";
import { Eye } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { moveFocus } from "../parts/arrow-keys";
import { ProblemBadge } from "../parts/ProblemBadge";
import { worstByStage } from "../session/problems/severity";
import { useWatching } from "../session/preview/variant-build";
import { useDiagnostics, useMayEdit, useOutline, usePlace, useStudio } from "../context/studio";
import { outputsOf } from "./read-outputs";

export function OutlineList() {
  const { workspace, places } = useStudio();
  const outline = useOutline();
  const diagnostics = useDiagnostics();
  const runefile = usePlace((place) => place.runefile);
  const selectedStage = usePlace((place) => place.selectedStage);
  const problems = useMemo(() => worstByStage(outline, diagnostics, runefile), [outline, diagnostics, runefile]);
  const { isWatched, toggle } = useWatching(workspace.watching);
  /** The row that the focus was in last: Tab stops at its buttons, and at the names alone of the others. */
  const [here, setHere] = useState<number | null>(null);
  const mayEdit = useMayEdit();
  const list = useRef<HTMLUListElement>(null);
  /** The row that gets the focus once the stage that had it is gone. */
  const nextRow = useRef<number | null>(null);
  useEffect(() => {
    const { current: index } = nextRow;
    if (index === null || list.current === null) return;
    nextRow.current = null;
    const rows = list.current.querySelectorAll<HTMLElement>("[data-row]");
    rows[Math.min(index, rows.length - 1)]?.focus();
  }, [outline]);
  const remove = (event: KeyboardEvent, name: string, index: number): void => {
    if (!mayEdit || (event.key !== "Delete" && event.key !== "Backspace")) return;
    event.preventDefault();
    nextRow.current = index;
    workspace.attempt(
      Promise.all([import("../edits/graph-language"), import("../edits/remove-stage")]).then(
        async ([{ GraphLanguage }, { removeStage }]) => {
          if (!(await removeStage(workspace, new GraphLanguage(workspace), name))) nextRow.current = null;
        },
      ),
    );
  };
  const badgeOf = (problem: Diagnostic | undefined, isHere: boolean) =>
    problem !== undefined && <ProblemBadge problem={problem} tabIndex={isHere ? 0 : -1} onGo={places.goToProblem} />;
  const outputs = outputsOf(outline.wires);
  const watchedOf = ({ name }: OutlineNode) =>
    (outputs.get(name) ?? []).filter((wire) => isWatched({ stage: name, index: wire.source_index }));
  return (
    <section aria-label="Pipeline">
      <div className="side-head">
        <h2>Pipeline</h2>
      </div>
      {outline.nodes.length === 0 && <p className="side-note small muted">No stages yet.</p>}
      <ul ref={list} className="files" onKeyDown={moveFocus}>
        {outline.nodes.map((node, index) => (
          <li
            key={`${index} ${node.name}`}
            className={node.name === selectedStage ? "file stage on" : "file stage"}
            onFocus={() => setHere(index)}
          >
            <button
              type="button"
              data-row
              className="file-name"
              aria-current={node.name === selectedStage ? "true" : undefined}
              title={node.detail === "" ? node.name : `${node.name}: ${node.detail}`}
              aria-keyshortcuts={mayEdit ? "Delete" : undefined}
              onClick={() => places.goToStage(node)}
              onKeyDown={(event) => remove(event, node.name, index)}
            >
              <span className={`kind ${node.kind}`} />
              <span className="cut">{node.name}</span>
              <span className="aloud">{node.kind === "block" ? "proc-block" : node.kind}</span>
            </button>
            {badgeOf(problems.get(node.name), here === index)}
            <span className={watchedOf(node).length > 0 ? "watches some" : "watches"}>
              {(outputs.get(node.name) ?? []).map((wire) => {
                const port = { stage: node.name, index: wire.source_index };
                const label = `${wire.source_index === 0 ? node.name : `${node.name}.${wire.source_index}`}${wire.type === null ? "" : `, ${wire.type}`}`;
                return (
                  <button
                    key={wire.source_index}
                    type="button"
                    className="watch"
                    tabIndex={here === index ? 0 : -1}
                    aria-pressed={isWatched(port)}
                    aria-label={`Watch ${label}`}
                    title={isWatched(port) ? `Stop watching ${label}` : `Watch ${label} in the preview`}
                    onClick={() => toggle(port)}
                  >
                    <Eye className="icon" aria-hidden="true" />
                  </button>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
