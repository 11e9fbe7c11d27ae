// The tree of the project's files: open, create, rename, delete, upload. What each does is the workspace's.
import { Box, CircleAlert, Code, File, FileText, Folder, Image, AudioLines, Pencil, Plus, Trash2, Upload, X, type LucideIcon } from "lucide-react";
import type { KeyboardEvent } from "react";
import { baseName, extension, treeRows } from "../document/paths";
import type { FileEntry } from "../document/files";
import { bytes } from "../parts/words";
import type { UploadRow } from "../session/uploads";

interface FilesProps {
  readonly files: readonly FileEntry[];
  readonly read: boolean;
  readonly active: string | null;
  readonly uploads: readonly UploadRow[];
  readonly mayEdit: boolean;
  /** Paths with an error, and with a warning only. */
  readonly troubled: ReadonlyMap<string, "error" | "warning">;
  readonly onOpen: (id: string) => void;
  readonly onCreate: () => void;
  readonly onRename: (file: FileEntry) => void;
  readonly onDelete: (file: FileEntry) => void;
  readonly onUpload: () => void;
  readonly onDismiss: (upload: number) => void;
}

const ICONS: Readonly<Record<string, LucideIcon>> = {
  md: FileText,
  txt: FileText,
  py: Code,
  tflite: Box,
  wav: AudioLines,
  png: Image,
  jpg: Image,
  jpeg: Image,
  gif: Image,
  webp: Image,
};

function FileIcon({ path }: { readonly path: string }) {
  const Icon = ICONS[extension(path)] ?? File;
  return <Icon className="icon" aria-hidden="true" />;
}

/** The arrow keys walk the rows of a list, so that Tab need not stop at each. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const direction = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (direction === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-walk]")];
  const here = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + direction))]?.focus();
  event.preventDefault();
}

function Row({ file, depth, label, props }: { readonly file: FileEntry; readonly depth: number; readonly label: string; readonly props: FilesProps }) {
  const trouble = props.troubled.get(file.path);
  const isActive = file.id === props.active;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!props.mayEdit) return;
    if (event.key === "F2") props.onRename(file);
    else if (event.key === "Delete") props.onDelete(file);
    else return;
    event.preventDefault();
  };
  return (
    <li className={isActive ? "file on" : "file"}>
      <button type="button" data-walk className="file-name" aria-current={isActive ? "true" : undefined} title={file.path} style={{ paddingLeft: 8 + depth * 16 }} onClick={() => props.onOpen(file.id)} onKeyDown={onKeyDown}>
        <FileIcon path={file.path} />
        <span className="cut grow">{label}</span>
        {trouble !== undefined && <CircleAlert className={trouble === "error" ? "icon wrong" : "icon worse"} aria-label={trouble === "error" ? "has an error" : "has a warning"} />}
        {file.doubled && <span className="small worse">two of this name</span>}
        {file.size !== null && <small className="num">{bytes(file.size)}</small>}
      </button>
      {props.mayEdit && (
        <span className="file-actions">
          <button type="button" className="button quiet square" aria-label={`Rename ${file.path}`} title="Rename (F2)" onClick={() => props.onRename(file)}>
            <Pencil aria-hidden="true" />
          </button>
          <button type="button" className="button quiet square" aria-label={`Delete ${file.path}`} title="Delete (Del)" onClick={() => props.onDelete(file)}>
            <Trash2 aria-hidden="true" />
          </button>
        </span>
      )}
    </li>
  );
}

function UploadLine({ row, onDismiss }: { readonly row: UploadRow; readonly onDismiss: (upload: number) => void }) {
  if (row.refused !== null) {
    return (
      <div className="notice bad small" role="alert">
        <div className="row between">
          <b>{baseName(row.path)} was refused</b>
          <button type="button" className="button quiet square" aria-label="Dismiss" onClick={() => onDismiss(row.id)}>
            <X aria-hidden="true" />
          </button>
        </div>
        {row.refused}
      </div>
    );
  }
  return (
    <div className="upload small">
      <div className="row between">
        <span className="cut">{row.path}</span>
        <button type="button" className="button quiet square" aria-label={`Stop sending ${row.path}`} onClick={row.stop}>
          <X aria-hidden="true" />
        </button>
      </div>
      <progress className="meter" max={1} value={row.share} aria-label={`Sending ${row.path}`} />
      {row.share >= 1 && <span className="muted">Checking the file…</span>}
    </div>
  );
}

export function Files(props: FilesProps) {
  return (
    <section aria-label="Files">
      <div className="side-head">
        <h2>Files</h2>
        {props.mayEdit && (
          <span className="row">
            <button type="button" className="button quiet square" aria-label="Upload files" title="Upload files, or drop them anywhere" onClick={props.onUpload}>
              <Upload aria-hidden="true" />
            </button>
            <button type="button" className="button quiet square" aria-label="New file" title="New file" onClick={props.onCreate}>
              <Plus aria-hidden="true" />
            </button>
          </span>
        )}
      </div>
      {props.uploads.map((row) => (
        <UploadLine key={row.id} row={row} onDismiss={props.onDismiss} />
      ))}
      {!props.read && props.files.length === 0 && <p className="side-note small muted">Reading the files…</p>}
      {props.read && props.files.length === 0 && <p className="side-note small muted">No files. Make a Runefile.yml to begin.</p>}
      <ul className="files" onKeyDown={walk}>
        {treeRows(props.files).map((row) =>
          row.file === null ? (
            <li key={`folder ${row.path}`} className="folder" style={{ paddingLeft: 8 + row.depth * 16 }}>
              <Folder className="icon" aria-hidden="true" />
              <span className="cut">{row.label}</span>
            </li>
          ) : (
            <Row key={row.file.id} file={row.file} depth={row.depth} label={row.label} props={props} />
          ),
        )}
      </ul>
    </section>
  );
}
