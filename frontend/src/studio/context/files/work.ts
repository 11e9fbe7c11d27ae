// The actions on files: each asks first where something could be lost. What is done then is in answers.ts.
import type { FileEntry } from "../../document/files/files";
import { baseName } from "../../document/files/paths";
import { copyName, filesOf } from "../../document/files/tree";
import type { FileActions, FileAnswers, FileEtags } from "./actions";
import { choose } from "../../parts/files/choose";
import { sizeText } from "../../../look/quantities";
import { filesOfDrop, type NamedFile } from "../../../look/files/incoming-files";
import type { Workspace } from "../../session/workspace";
import type { DialogStore } from "../dialog-store";
import type { StudioPlaces } from "../places";

/** Fetched when a file is deleted for the first time. */
const fileUses = () => import("../../edits/file-uses");
/** Fetched when files come or are moved. */
const incomingWork = () => import("./incoming");

/** The browser's own download: by the address, so that nothing of it lies in the page's memory. */
function download(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

export interface FileWork {
  readonly actions: FileActions;
  /** Take files that fell on the page or were chosen. */
  readonly addFiles: (incoming: readonly NamedFile[], folder: string | null) => void;
}

export function fileWork(workspace: Workspace, places: StudioPlaces, dialogs: DialogStore): FileWork {
  const { client, toasts, uploads } = workspace;
  const ask = dialogs.openForFiles;
  const currentFiles = (): readonly FileEntry[] => workspace.state.getState().files;
  const say = (text: string): void => toasts.say(text);
  const attempt = (work: Promise<unknown>): void => workspace.attempt(work);
  /** Does at once what a dialog would do after its answer. */
  const answer = (act: (answers: FileAnswers) => void): void =>
    attempt(incomingWork().then(({ fileAnswers }) => act(fileAnswers(workspace, places, dialogs))));

  /** The states of files as they are while their person is asked whether to replace them. A file whose state cannot be read
   * is refused when it is sent. */
  const statesOf = (paths: readonly string[]): FileEtags =>
    new Map(paths.map((path) => [path, client.fileState(path).catch(() => undefined)]));

  const addFiles = (incoming: readonly NamedFile[], folder: string | null): void => {
    if (!workspace.mayEdit || incoming.length === 0) return;
    attempt(
      incomingWork().then(async ({ loneArchive, loneSource, savedModelOf, planUpload, isPlain, convert }) => {
        const source = folder === null ? (loneSource(incoming) ?? (await savedModelOf(incoming))) : null;
        if (source !== null) {
          await convert(workspace, source);
          return;
        }
        const archive = loneArchive(incoming);
        if (archive !== null) {
          ask({ what: "archive", file: archive, folder: folder ?? "" });
          return;
        }
        const plan = planUpload(
          incoming,
          folder,
          new Set(currentFiles().map((file) => file.path)),
          uploads.limit,
          sizeText,
        );
        if (isPlain(plan)) answer(({ send }) => send(plan.sends));
        else ask({ what: "upload", incoming, folder, etags: statesOf(plan.replaces) });
      }),
    );
  };

  const actions: FileActions = {
    open: (id) => places.openFile(id),
    create: (folder) => ask({ what: "create-file", folder }),
    rename: (target) => ask({ what: "rename-file", target }),
    move: (target) => ask({ what: "move-file", target }),
    moveTo: (target, folder) => {
      const name = baseName(target.path);
      answer(({ move }) => move(target, folder === "" ? name : `${folder}/${name}`));
    },
    duplicate: (file) => {
      const path = copyName(file.path, new Set(currentFiles().map((each) => each.path)));
      attempt(workspace.copy(file.path, path).then(() => places.awaitFile(path)));
    },
    remove: (target) => {
      const paths = new Set(filesOf(target, currentFiles()).map((file) => file.path));
      attempt(
        fileUses()
          .then(({ usesOf }) => usesOf(workspace, paths))
          .then((uses) =>
            uses.length === 0 ? answer(({ remove }) => remove(target)) : ask({ what: "remove-used", target, uses }),
          ),
      );
    },
    download: (target) => {
      if (target === null) download(client.archiveAddress(), "");
      else if (target.kind === "folder") download(client.archiveAddress(target.path), "");
      else download(client.fileAddress(target.path), baseName(target.path));
    },
    copyPath: (target) => {
      const copying = navigator.clipboard?.writeText(target.path);
      if (copying === undefined) say(`Copying needs HTTPS. The path is ${target.path}`);
      else attempt(copying.then(() => say(`${target.path} is copied.`)));
    },
    upload: (folder) => choose(false, (incoming) => addFiles(incoming, folder)),
    uploadFolder: () => choose(true, (incoming) => addFiles(incoming, null)),
    drop: (transfer, folder) => attempt(filesOfDrop(transfer).then((incoming) => addFiles(incoming, folder))),
    showDeleted: () => ask({ what: "deleted-files" }),
  };

  return { actions, addFiles };
}
