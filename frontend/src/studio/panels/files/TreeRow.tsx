// One row of the tree of files: a file or a folder, with who is in it, what is wrong with it and how large it is.
import { ChevronDown, ChevronRight, EllipsisVertical } from "lucide-react";
import { memo, type DragEvent, type MouseEvent } from "react";
import type { Diagnostic } from "../../../api/schema";
import type { FileEntry } from "../../document/files/files";
import type { Present } from "../../document/sync/presence";
import type { ShownRow } from "../../document/files/tree";
import { sizeText } from "../../../look/quantities";
import { count } from "../../format/quantities";
import { FileIcon } from "../../parts/files/KindIcon";
import { ProblemBadge } from "../../parts/ProblemBadge";
import { problemPlace } from "../../session/problems/severity";

export interface RowActions {
  readonly activate: (row: ShownRow<FileEntry>) => void;
  readonly menu: (row: ShownRow<FileEntry>, x: number, y: number) => void;
  readonly contextMenu: (event: MouseEvent, row: ShownRow<FileEntry>) => void;
  readonly focus: (row: ShownRow<FileEntry>) => void;
  readonly goToProblem: (problem: Diagnostic) => void;
  readonly dragStart: (event: DragEvent, row: ShownRow<FileEntry>) => void;
  readonly dragEnd: () => void;
  readonly dragOver: (event: DragEvent, row: ShownRow<FileEntry>) => void;
  readonly drop: (event: DragEvent, row: ShownRow<FileEntry>) => void;
}

interface TreeRowProps {
  readonly row: ShownRow<FileEntry>;
  readonly isActive: boolean;
  /** Whether the Tab key leads here. */
  readonly isCurrent: boolean;
  readonly isOver: boolean;
  /** The worst problem of the file, or of what is in a closed folder. */
  readonly problem: Diagnostic | undefined;
  readonly present: readonly Present[];
  readonly draggable: boolean;
  readonly on: RowActions;
}

/** Marks of people that are shown before the rest is counted. */
const MARKS = 2;

export const TreeRow = memo(function TreeRow({
  row,
  isActive,
  isCurrent,
  isOver,
  problem,
  present,
  draggable,
  on,
}: TreeRowProps) {
  const { file } = row;
  const size = file?.size ?? null;
  // Names that are seen come first and in their order; then those of signs.
  const badges = [
    row.label,
    file?.doubled === true ? "two of this name" : "",
    size === null ? "" : sizeText(size),
    file === null ? count(row.inside, "file") : "",
  ]
    .filter((each) => each !== "")
    .join(" ");
  const signs = [
    problem === undefined ? "" : `has ${problemPlace(problem)}`,
    present.length === 0
      ? ""
      : `${present.map((each) => each.person.name).join(", ")} ${present.length === 1 ? "is" : "are"} here`,
  ].filter((each) => each !== "");
  return (
    <li
      className={`file${isActive ? " on" : ""}${isOver ? " over" : ""}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={row.open ?? undefined}
      aria-selected={file === null ? undefined : isActive}
      aria-label={[badges, ...signs].join(", ")}
      tabIndex={isCurrent ? 0 : -1}
      title={row.path}
      draggable={draggable}
      style={{ paddingLeft: 8 + row.depth * 14 }}
      onClick={() => on.activate(row)}
      onContextMenu={(event) => on.contextMenu(event, row)}
      onFocus={() => on.focus(row)}
      onDragStart={(event) => on.dragStart(event, row)}
      onDragEnd={() => on.dragEnd()}
      onDragOver={(event) => on.dragOver(event, row)}
      onDrop={(event) => on.drop(event, row)}
    >
      {file !== null ? (
        <FileIcon path={file.path} />
      ) : row.open === true ? (
        <ChevronDown className="icon" aria-hidden="true" />
      ) : (
        <ChevronRight className="icon" aria-hidden="true" />
      )}
      <span className="cut grow">{row.label}</span>
      {present.slice(0, MARKS).map(({ client, person }) => (
        <span
          key={client}
          className={`avatar tiny person-${person.colour}`}
          data-initials={person.initials}
          title={`${person.name} is here`}
          aria-hidden="true"
        />
      ))}
      {present.length > MARKS && <small className="num" data-text={`+${present.length - MARKS}`} aria-hidden="true" />}
      {/* By the keys the menu of the row goes there. */}
      {problem !== undefined && <ProblemBadge problem={problem} onGo={on.goToProblem} tabIndex={-1} />}
      {file?.doubled === true && <span className="small worse">two of this name</span>}
      {size !== null && <small className="num" data-text={sizeText(size)} aria-hidden="true" />}
      {file === null && row.open === false && <small className="num" data-text={row.inside} aria-hidden="true" />}
      <button
        type="button"
        className="button quiet square file-more"
        tabIndex={-1}
        aria-label={`Actions for ${row.path}`}
        title="Actions (Shift+F10)"
        onClick={(event) => {
          event.stopPropagation();
          const box = event.currentTarget.getBoundingClientRect();
          on.menu(row, box.right - 200, box.bottom);
        }}
      >
        <EllipsisVertical aria-hidden="true" />
      </button>
    </li>
  );
});
