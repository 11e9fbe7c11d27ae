// The files that were deleted: nothing of them is lost, and each can be brought back; but for recordings that are gone.
import type { Authors } from "../../../api/schema";
import { useEffect, useState } from "react";
import type { ProjectClient } from "../../api/client";
import type { DeletedFile, ProjectFiles } from "../../document/files/files";
import { freePath } from "../../document/files/tree";
import { FileIcon } from "../../parts/files/KindIcon";
import { Dialog } from "../../parts/dialog/Dialog";

/** Why a recording cannot be brought back; the words of the server's own record of it. */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  "taken back": "Withdrawn by the person who gave it: the recording was deleted everywhere.",
  removed: "Removed by an owner of the project: the recording was deleted everywhere.",
  moved: "A sample: it is in the project's data now, on the page Data.",
  ended: "Its retention period ended: the recording was deleted everywhere.",
};

interface DeletedDialogProps {
  readonly files: ProjectFiles;
  readonly client: ProjectClient;
  readonly mayEdit: boolean;
  readonly onRestored: (id: string, path: string) => void;
  readonly onVersions: () => void;
  readonly onClose: () => void;
}

export function DeletedDialog({ files, client, mayEdit, onRestored, onVersions, onClose }: DeletedDialogProps) {
  const [deletedFiles, setDeletedFiles] = useState<readonly DeletedFile[]>(() => files.deletedFiles());
  const [people, setPeople] = useState<Authors["people"]>({});
  useEffect(() => files.onNames(() => setDeletedFiles(files.deletedFiles())), [files]);
  useEffect(() => {
    let isActive = true;
    client.authors().then(
      (authors) => isActive && setPeople(authors.people),
      // Who it was is not needed to bring a file back.
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [client]);
  const restore = (file: DeletedFile): void => {
    const path = freePath(file.path, new Set(files.list().map((each) => each.path)));
    files.restore(file.id, path);
    onRestored(file.id, path);
  };
  return (
    <Dialog title="Deleted files" onClose={onClose} className="wide">
      {deletedFiles.length === 0 ? (
        <p className="muted">No deleted files. Anyone who can edit the project can restore deleted files here.</p>
      ) : (
        <ul className="plain deleted-files">
          {deletedFiles.map((file) => {
            const person = file.client === null ? undefined : people[String(file.client)];
            return (
              <li key={file.id} className="row">
                <FileIcon path={file.path} />
                <span className="grow cut mono" title={file.path}>
                  {file.path}
                </span>
                {file.reason !== null && (
                  <small className="muted">{UNAVAILABLE[file.reason] ?? "The recording was deleted everywhere."}</small>
                )}
                {file.reason === null && person !== undefined && (
                  <small className="muted">
                    by <bdi>{person.name}</bdi>
                  </small>
                )}
                {mayEdit && file.reason === null && (
                  <button type="button" className="button" onClick={() => restore(file)}>
                    Restore file<span className="aloud"> {file.path}</span>
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <div className="row wrap">
        <p className="small muted grow">Earlier states of a file are in the versions.</p>
        <button
          type="button"
          className="button"
          onClick={() => {
            onClose();
            onVersions();
          }}
        >
          Versions
        </button>
      </div>
    </Dialog>
  );
}
