// The project's files at the left: what is on its way, the tree, and what can be done with all of it.
import { Archive, Code, EllipsisVertical, FolderUp, Plus, RotateCcw, Upload } from "lucide-react";
import { Suspense, useMemo, useState } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../../look/boundary";
import type { Present } from "../../document/sync/presence";
import { DIVIDER, type MenuItem } from "../../parts/menu/items";
import { count } from "../../format/quantities";
import { worstByFile } from "../../session/problems/severity";
import { useDiagnostics, useMayEdit, usePlace, useSession, useStudio, useText } from "../../context/studio";
import { Tree } from "./Tree";

const Menu = lazyPart(() => import("../../parts/menu/Menu"));

/** Fetched when something is sent for the first time. */
const UploadList = lazyPart(() => import("./UploadList"));

export function Files() {
  const { workspace, files: work, dialogs, places } = useStudio();
  const { actions } = work;
  const { uploads, presence } = workspace;
  // The open folders are stored for each project.
  const project = useSession((session) => session.project.id);
  const files = useText((text) => text.files);
  const deletedCount = useText((text) => text.deletedCount);
  const read = useText((text) => text.read);
  const active = usePlace(({ shownFiles }) => shownFiles.active?.id ?? null);
  const diagnostics = useDiagnostics();
  const problems = useMemo(() => worstByFile(diagnostics), [diagnostics]);
  const mayEdit = useMayEdit();
  const rows = useStore(uploads.state);
  const others = useStore(presence.state);
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null);
  const present = useMemo(() => {
    const byFile = new Map<string, Present[]>();
    for (const each of others) {
      const there = each.file === null ? undefined : (byFile.get(each.file) ?? []);
      // A person with two pages on one file is there once.
      if (
        each.file === null ||
        there === undefined ||
        there.some((knownPerson) => knownPerson.person.id === each.person.id)
      )
        continue;
      byFile.set(each.file, [...there, each]);
    }
    return byFile;
  }, [others]);
  const items: (MenuItem | typeof DIVIDER)[] = [
    ...(mayEdit
      ? [
          { label: "New file…", Icon: Plus, run: () => actions.create("") },
          { label: "New block in Python…", Icon: Code, run: () => dialogs.open({ what: "new-block", at: null }) },
          { label: "Upload files…", Icon: Upload, run: () => actions.upload(null) },
          { label: "Upload a folder…", Icon: FolderUp, run: () => actions.uploadFolder() },
          DIVIDER as typeof DIVIDER,
        ]
      : []),
    { label: "Download all as .zip", Icon: Archive, run: () => actions.download(null) },
    { label: "Deleted files…", Icon: RotateCcw, run: () => actions.showDeleted() },
  ];
  return (
    <section aria-label="Files">
      <div className="side-head">
        <h2>Files</h2>
        <span className="row">
          {mayEdit && (
            <button
              type="button"
              className="button quiet square"
              aria-label="New file"
              title="New file"
              onClick={() => actions.create("")}
            >
              <Plus aria-hidden="true" />
            </button>
          )}
          <button
            type="button"
            className="button quiet square"
            aria-label="More for files"
            aria-haspopup="menu"
            aria-expanded={menu !== null}
            title="Upload, download, deleted files"
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              setMenu({ x: box.left, y: box.bottom });
            }}
          >
            <EllipsisVertical aria-hidden="true" />
          </button>
        </span>
      </div>
      {rows.length > 0 && (
        <Suspense fallback={null}>
          <UploadList rows={rows} uploads={uploads} />
        </Suspense>
      )}
      {!read && files.length === 0 && <p className="side-note small muted">Loading the files…</p>}
      {read && files.length === 0 && (
        <div className="side-note small muted stack">
          <p>
            {deletedCount > 0 ? `No files: ${count(deletedCount, "file was", "files were")} deleted.` : "No files yet."}
          </p>
          {mayEdit && (
            <button
              type="button"
              className="button"
              onClick={() => (deletedCount > 0 ? actions.showDeleted() : actions.create(""))}
            >
              {deletedCount > 0 ? "Restore files…" : "Create Runefile.yml"}
            </button>
          )}
        </div>
      )}
      {files.length > 0 && (
        <Tree
          project={project}
          files={files}
          active={active}
          mayEdit={mayEdit}
          problems={problems}
          onProblem={places.goToProblem}
          present={present}
          actions={actions}
        />
      )}
      {menu !== null && (
        <Suspense fallback={null}>
          <Menu label="Files" items={items} x={menu.x} y={menu.y} onClose={() => setMenu(null)} />
        </Suspense>
      )}
    </section>
  );
}
