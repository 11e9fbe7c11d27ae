// The tree of files: walked by the keys that trees have everywhere, opened, dragged, and with a menu for each row.
import {
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
} from "react";
import { lazyPart } from "../../../look/boundary";
import type { FileEntry } from "../../document/files/files";
import type { Present } from "../../document/sync/presence";
import { treeRows } from "../../document/files/paths";
import {
  MANY,
  parentOf,
  rowAfter,
  rowNamed,
  shownRows,
  type OpenFolders,
  type ShownRow,
} from "../../document/files/tree";
import { useRemembered } from "../../parts/preferences";
import type { FileActions, FileTarget } from "../../context/files/actions";
import { menuOf } from "./menu";
import { TreeRow, type RowActions } from "./TreeRow";
import type { Diagnostic } from "../../../api/schema";
import { problemPlace, worstOf } from "../../session/problems/severity";

const Menu = lazyPart(() => import("../../parts/menu/Menu"));

interface TreeProps {
  readonly project: string;
  readonly files: readonly FileEntry[];
  readonly active: string | null;
  readonly mayEdit: boolean;
  /** The worst problem of each path that has any. */
  readonly problems: ReadonlyMap<string, Diagnostic>;
  readonly onProblem: (problem: Diagnostic) => void;
  /** The others, by the file that they look at. */
  readonly present: ReadonlyMap<string, readonly Present[]>;
  readonly actions: FileActions;
}

/** How long after a letter another belongs to the same word, in ms. */
const TYPE_AHEAD_MS = 700;
/** The data type of a drag within the tree: nothing that leaves the page. */
const DRAG_TYPE = "application/x-forge-path";

type FolderChoices = OpenFolders["choices"];

function isFolderChoices(value: unknown): value is FolderChoices {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((open) => typeof open === "boolean")
  );
}

const NO_CHOICES: FolderChoices = {};
const NOBODY: readonly Present[] = [];

function targetOf(row: ShownRow<FileEntry>): FileTarget {
  return row.file === null ? { kind: "folder", path: row.path } : { kind: "file", path: row.path, file: row.file };
}

function keyOf(row: ShownRow<FileEntry>): string {
  return row.file === null ? `folder ${row.path}` : row.file.id;
}

export function Tree({ project, files, active, mayEdit, problems, present, actions, onProblem }: TreeProps) {
  const [choices, setChoices] = useRemembered<FolderChoices>(`folders ${project}`, NO_CHOICES, isFolderChoices);
  // As it was when the page was opened: a folder does not close because a file came.
  const [areMany] = useState(() => files.length > MANY);
  const rows = useMemo(() => shownRows(files, { choices, areMany }), [files, choices, areMany]);
  const [current, setCurrent] = useState<string | null>(null);
  const [menu, setMenu] = useState<{
    readonly row: ShownRow<FileEntry>;
    readonly x: number;
    readonly y: number;
  } | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const [draggedFile, setDraggedFile] = useState<FileTarget | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const typeAhead = useRef({ prefix: "", when: 0 });

  const currentIndex = rows.findIndex((row) => keyOf(row) === current);
  const activeIndex = rows.findIndex((row) => row.file?.id === active);
  // One row takes the Tab key: where one was last, else what is open.
  const here = currentIndex >= 0 ? currentIndex : Math.max(0, activeIndex);

  // A file that becomes active elsewhere shows here, also in a folder that is closed.
  const activePath = files.find((file) => file.id === active)?.path ?? null;
  const [revealedPath, setRevealedPath] = useState<string | null>(null);
  if (activePath !== null && activePath !== revealedPath) {
    setRevealedPath(activePath);
    if (!rows.some((row) => row.file?.id === active)) {
      const above = activePath
        .split("/")
        .slice(0, -1)
        .map((_, depth, parts) => parts.slice(0, depth + 1).join("/"));
      setChoices({ ...choices, ...Object.fromEntries(above.map((folder) => [folder, true])) });
    }
    setCurrent(active);
  }
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const toggle = (row: ShownRow<FileEntry>, open: boolean): void => {
    setChoices({ ...choices, [row.path]: open });
  };
  const focus = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    setCurrent(keyOf(row));
    list.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[index]?.focus();
  };
  const activate = (row: ShownRow<FileEntry>): void => {
    setCurrent(keyOf(row));
    if (row.file === null) toggle(row, row.open !== true);
    else actions.open(row.file.id);
  };
  const openMenu = (row: ShownRow<FileEntry>, x: number, y: number): void => {
    setCurrent(keyOf(row));
    setMenu({ row, x, y });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[here];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (
      event.target instanceof HTMLElement &&
      event.target.closest("button") !== null &&
      (event.key === "Enter" || event.key === " ")
    )
      return;
    const target = targetOf(row);
    if (event.key === "ArrowRight" && row.open === false) toggle(row, true);
    else if (event.key === "ArrowLeft" && row.open === true) toggle(row, false);
    else if (/^(Arrow|Home$|End$)/.test(event.key)) focus(rowAfter(rows, here, event.key));
    else if (event.key === "Enter" || (event.key === " " && Date.now() - typeAhead.current.when > TYPE_AHEAD_MS))
      activate(row);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      const box = list.current?.querySelectorAll("[role=treeitem]")[here]?.getBoundingClientRect();
      openMenu(row, (box?.left ?? 0) + 24, box?.bottom ?? 0);
    } else if (event.key === "F2" && mayEdit) actions.rename(target);
    else if (event.key === "Delete" && mayEdit) {
      actions.remove(target);
      focus(here + 1 < rows.length ? here + 1 : here - 1);
    } else if (event.key === "*")
      setChoices(
        Object.fromEntries(
          treeRows(files)
            .filter(({ file }) => file === null)
            .map(({ path }) => [path, true]),
        ),
      );
    else if (event.key.length === 1 && event.key !== "?") {
      const now = Date.now();
      const prefix = now - typeAhead.current.when < TYPE_AHEAD_MS ? typeAhead.current.prefix + event.key : event.key;
      typeAhead.current = { prefix, when: now };
      focus(rowNamed(rows, here, prefix));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onContextMenu = (event: MouseEvent, row: ShownRow<FileEntry>): void => {
    event.preventDefault();
    openMenu(row, event.clientX, event.clientY);
  };

  /** The folder that a drop on a row goes into. */
  const folderAt = (row: ShownRow<FileEntry> | null): string =>
    row === null ? "" : row.file === null ? row.path : parentOf(row.path);
  const canDrop = (event: DragEvent, folder: string): boolean => {
    const { types } = event.dataTransfer;
    if (types.includes("Files")) return true;
    return (
      types.includes(DRAG_TYPE) &&
      draggedFile !== null &&
      parentOf(draggedFile.path) !== folder &&
      !(draggedFile.kind === "folder" && (folder === draggedFile.path || folder.startsWith(`${draggedFile.path}/`)))
    );
  };
  const onDragOver = (event: DragEvent, row: ShownRow<FileEntry> | null): void => {
    const folder = folderAt(row);
    if (!mayEdit || !canDrop(event, folder)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(folder);
  };
  const onDrop = (event: DragEvent, row: ShownRow<FileEntry> | null): void => {
    setOver(null);
    if (!mayEdit || !canDrop(event, folderAt(row))) return;
    event.preventDefault();
    if (event.dataTransfer.types.includes("Files")) {
      // Beside all rows each kind goes to its own place, as anywhere else on the page.
      actions.drop(event.dataTransfer, row === null ? null : folderAt(row));
      return;
    }
    event.stopPropagation();
    if (draggedFile !== null) actions.moveTo(draggedFile, folderAt(row));
    setDraggedFile(null);
  };

  const doing: RowActions = {
    activate,
    menu: openMenu,
    contextMenu: onContextMenu,
    focus: (row) => setCurrent(keyOf(row)),
    goToProblem: onProblem,
    dragStart: (event, row) => {
      event.dataTransfer.setData(DRAG_TYPE, row.path);
      event.dataTransfer.effectAllowed = "move";
      setDraggedFile(targetOf(row));
    },
    dragEnd: () => {
      setDraggedFile(null);
      setOver(null);
    },
    dragOver: onDragOver,
    drop: onDrop,
  };
  const latest = useRef(doing);
  useEffect(() => {
    latest.current = doing;
  });
  // The same one from render to render, or each key that is typed in the text would draw all rows anew.
  const on = useMemo<RowActions>(
    () => ({
      activate: (row) => latest.current.activate(row),
      menu: (row, x, y) => latest.current.menu(row, x, y),
      contextMenu: (event, row) => latest.current.contextMenu(event, row),
      focus: (row) => latest.current.focus(row),
      goToProblem: (problem) => latest.current.goToProblem(problem),
      dragStart: (event, row) => latest.current.dragStart(event, row),
      dragEnd: () => latest.current.dragEnd(),
      dragOver: (event, row) => latest.current.dragOver(event, row),
      drop: (event, row) => latest.current.drop(event, row),
    }),
    [],
  );

  const problemOfMenu = menu === null ? undefined : problemOf(menu.row, problems);
  const menuProblem =
    problemOfMenu === undefined ? null : { place: problemPlace(problemOfMenu), go: () => onProblem(problemOfMenu) };

  return (
    <>
      <ul
        ref={list}
        className={over === "" ? "files over" : "files"}
        role="tree"
        aria-label="Files"
        onKeyDown={onKeyDown}
        onDragOver={(event) => onDragOver(event, null)}
        onDragLeave={(event) => event.target === list.current && setOver(null)}
        onDrop={(event) => onDrop(event, null)}
      >
        {rows.map((row, index) => (
          <TreeRow
            key={keyOf(row)}
            row={row}
            isActive={row.file !== null && row.file.id === active}
            isCurrent={index === here}
            isOver={over !== null && over !== "" && (row.path === over || row.path.startsWith(`${over}/`))}
            problem={problemOf(row, problems)}
            present={row.file === null ? NOBODY : (present.get(row.file.id) ?? NOBODY)}
            draggable={mayEdit}
            on={on}
          />
        ))}
      </ul>
      {menu !== null && (
        <Suspense fallback={null}>
          <Menu
            label={menu.row.path}
            items={menuOf(targetOf(menu.row), mayEdit, actions, menuProblem)}
            x={menu.x}
            y={menu.y}
            onClose={() => setMenu(null)}
          />
        </Suspense>
      )}
    </>
  );
}

/** A closed folder shows the worst of what is in it; an open one leaves that to its rows. */
function problemOf(row: ShownRow<FileEntry>, problems: ReadonlyMap<string, Diagnostic>): Diagnostic | undefined {
  if (row.file !== null) return problems.get(row.path);
  if (row.open !== false) return undefined;
  return worstOf([...problems].filter(([path]) => path.startsWith(`${row.path}/`)).map(([, problem]) => problem));
}
