// The pipeline as a list: one stage a row, coloured by its kind, each a way to its line, and to watch what it gives.
import type { Outline, OutlineNode } from "../../api/schema";
import { CircleAlert, Eye, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { walk } from "../parts/walk";
import { useWatching, type WatchStore } from "../session/watching";
import { outputsOf } from "./outputs-of";

interface OutlineListProps {
  readonly outline: Outline;
  /** The worst that is wrong with a stage, by its name. */
  readonly troubled: ReadonlyMap<string, "error" | "warning">;
  readonly selected: string | null;
  readonly watching: WatchStore;
  readonly onSelect: (node: OutlineNode) => void;
}

export function OutlineList({ outline, troubled, selected, watching, onSelect }: OutlineListProps) {
  const { isWatched, toggle } = useWatching(watching);
  /** The row that the focus was in last: Tab stops at its buttons, and at the names alone of the others. */
  const [here, setHere] = useState<number | null>(null);
  const outputs = outputsOf(outline.wires);
  const watchedOf = ({ name }: OutlineNode) =>
    (outputs.get(name) ?? []).filter((wire) => isWatched({ stage: name, index: wire.source_index }));
  return (
    <section aria-label="Pipeline">
      <div className="side-head">
        <h2>Pipeline</h2>
      </div>
      {outline.nodes.length === 0 && <p className="side-note small muted">No stages yet.</p>}
      <ul className="files" onKeyDown={walk}>
        {outline.nodes.map((node, index) => (
          <li
            key={`${index} ${node.name}`}
            className={node.name === selected ? "file stage on" : "file stage"}
            onFocus={() => setHere(index)}
          >
            <button
              type="button"
              data-walk
              className="file-name"
              aria-current={node.name === selected ? "true" : undefined}
              title={node.detail === "" ? node.name : `${node.name}: ${node.detail}`}
              onClick={() => onSelect(node)}
            >
              <span className={`kind ${node.kind}`} />
              <span className="cut">{node.name}</span>
              <span className="aloud">{node.kind === "block" ? "proc-block" : node.kind}</span>
              {troubled.get(node.name) === "error" && <CircleAlert className="icon wrong" aria-label="has an error" />}
              {troubled.get(node.name) === "warning" && (
                <TriangleAlert className="icon worse" aria-label="has a warning" />
              )}
            </button>
            <span className={watchedOf(node).length > 0 ? "watches some" : "watches"}>
              {(outputs.get(node.name) ?? []).map((wire) => {
                const port = { stage: node.name, index: wire.source_index };
                const what = `${wire.source_index === 0 ? node.name : `${node.name}.${wire.source_index}`}${wire.type === null ? "" : `, ${wire.type}`}`;
                return (
                  <button
                    key={wire.source_index}
                    type="button"
                    className="watch"
                    tabIndex={here === index ? 0 : -1}
                    aria-pressed={isWatched(port)}
                    aria-label={`Watch ${what}`}
                    title={isWatched(port) ? `Stop watching ${what}` : `Watch ${what} in the preview`}
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
