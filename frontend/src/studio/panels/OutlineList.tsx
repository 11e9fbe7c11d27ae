// The pipeline as a list: one stage a row, coloured by its kind, each a way to its line.
import type { Outline, OutlineNode } from "../api/types";
import { walk } from "../parts/walk";

interface OutlineListProps {
  readonly outline: Outline;
  readonly selected: string | null;
  readonly onSelect: (node: OutlineNode) => void;
}

export function OutlineList({ outline, selected, onSelect }: OutlineListProps) {
  return (
    <section aria-label="Pipeline">
      <div className="side-head">
        <h2>Pipeline</h2>
      </div>
      {outline.nodes.length === 0 && <p className="side-note small muted">No stages yet.</p>}
      <ul className="files" onKeyDown={walk}>
        {outline.nodes.map((node, index) => (
          <li key={`${index} ${node.name}`} className={node.name === selected ? "file stage on" : "file stage"}>
            <button type="button" data-walk className="file-name" aria-current={node.name === selected ? "true" : undefined} title={node.detail} onClick={() => onSelect(node)}>
              <span className={`kind ${node.kind}`} />
              <span className="cut">{node.name}</span>
              <span className="aloud">{node.kind === "block" ? "proc-block" : node.kind}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
