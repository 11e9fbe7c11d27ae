// The actions on files: each asks first where something could be lost, does it, and says how to take it back.
import { Problem, sentenceOf } from "../../api/problem";
import type { FileAnswers } from "./actions";
import type { FileEntry } from "../../document/files/files";
import { baseName, extension } from "../../document/files/paths";
import { copyName, filesOf, movedTo, moveProblem } from "../../document/files/tree";
import type { FileActions, FileEtags, FileTarget } from "./actions";
import { choose } from "../../parts/files/choose";
import { bytes, count } from "../../format/quantities";
import { dropped, type NamedFile } from "../../session/uploads/incoming-files";
import type { UnpackResult } from "../../session/uploads/queue";
import type { Workspace } from "../../session/workspace";
import type { DialogStore } from "../dialog-store";
import type { Places } from "../places";

/** Fetched when a file is renamed or deleted for the first time. */
const fileUses = () => import("../../edits/file-uses");
/** Fetched when files come. */
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
  readonly answers: FileAnswers;
  /** Take files that fell on the page or were chosen. */
  readonly addFiles: (incoming: readonly NamedFile[], folder: string | null) => void;
}

export function fileWork(workspace: Workspace, places: Places, dialogs: DialogStore): FileWork {
  const { client, toasts, uploads } = workspace;
  const ask = dialogs.openForFiles;
  const listed = (): readonly FileEntry[] => workspace.state.getState().files;
  const say = (text: string, undo?: () => void): void =>
    toasts.say(text, undo === undefined ? undefined : { label: "Undo", run: undo });
  const attempt = (work: Promise<unknown>): void => workspace.attempt(work);

  const send: FileAnswers["send"] = (sends, etags = new Map()) => {
    const [first] = sends;
    const sending = sends.map(async ({ path, file }) => uploads.send(path, file, await etags.get(path)));
    void Promise.all(sending).then((accepted) => {
      const sent = accepted.filter(Boolean).length;
      if (sends.length === 1 && sent === 1 && first !== undefined) {
        places.awaitFile(first.path);
        if (extension(first.path) === "tflite")
          attempt(incomingWork().then(({ askForInput }) => askForInput(workspace, first.path)));
      } else if (sends.length > 1 && sent > 0) say(`${count(sent, "file is", "files are")} in the project.`);
    });
  };

  /** The states of files as they are while their person is asked whether to replace them. A file whose state cannot be read
   * is refused when it is sent. */
  const statesOf = (paths: readonly string[]): FileEtags =>
    new Map(paths.map((path) => [path, client.fileState(path).catch(() => undefined)]));

  const addFiles = (incoming: readonly NamedFile[], folder: string | null): void => {
    if (!workspace.mayEdit || incoming.length === 0) return;
    attempt(
      incomingWork().then(({ loneArchive, loneSource, planUpload, isPlain, convert }) => {
        const archive = loneArchive(incoming);
        if (archive !== null) {
          ask({ what: "archive", file: archive, folder: folder ?? "" });
          return;
        }
        const source = folder === null ? loneSource(incoming) : null;
        if (source !== null) {
          attempt(convert(workspace, source));
          return;
        }
        const plan = planUpload(incoming, folder, new Set(listed().map((file) => file.path)), uploads.limit, bytes);
        if (isPlain(plan)) send(plan.sends);
        else ask({ what: "upload", incoming, folder, etags: statesOf(plan.replaces) });
      }),
    );
  };

  const move = (target: Parameters<FileActions["move"]>[0], to: string): void => {
    const files = listed();
    const problem = moveProblem(target, to, files);
    if (problem !== null) {
      say(problem);
      return;
    }
    const moved = new Map(
      [...movedTo(target, to, files)].map(([id, path]) => [files.find((file) => file.id === id)?.path ?? path, path]),
    );
    attempt(
      fileUses().then(async ({ changesOf, renamingEdits }) => {
        const changes = changesOf(workspace, await renamingEdits(workspace, moved));
        if (changes.length === 0) rename(target, to, false);
        else ask({ what: "rename-used", target, to, changes });
      }),
    );
  };

  const rename = (target: FileTarget, to: string, alsoThere: boolean): void => {
    const files = listed();
    const paths = movedTo(target, to, files);
    const before = new Map(filesOf(target, files).map((file) => [file.id, file.path]));
    const pairs = [...before].map(([id, path]) => [path, paths.get(id) ?? path] as const);
    // Places move while others type: they are asked for at the moment of the change.
    const edits = (moved: readonly (readonly [string, string])[]) =>
      alsoThere
        ? fileUses().then(({ renamingEdits }) => renamingEdits(workspace, new Map(moved)))
        : Promise.resolve([]);
    attempt(
      edits(pairs).then((textEdits) => {
        workspace.move(paths, textEdits);
        const [file] = textEdits.map((edit) => edit.file);
        const backwards = pairs.map(([old, path]) => [path, old] as const);
        say(file === undefined ? `${target.path} is ${to} now.` : `${target.path} is ${to} now, in ${file} too.`, () =>
          attempt(edits(backwards).then((back) => workspace.move(before, back))),
        );
      }),
    );
  };

  const remove = (target: FileTarget): void => {
    const ids = filesOf(target, listed()).map((file) => file.id);
    workspace.files.removeAll(ids);
    say(
      target.kind === "file"
        ? `${target.path} is deleted.`
        : `${target.path} and its ${count(ids.length, "file")} are deleted.`,
      () => workspace.files.restoreAll(ids),
    );
  };

  const unpacked = (file: File, { before, added, replaced }: UnpackResult): void => {
    const parts = [
      added.length > 0 ? `${count(added.length, "new file")}` : "",
      replaced.length > 0 ? `${count(replaced.length, "file")} replaced` : "",
    ].filter((each) => each !== "");
    const etag = workspace.filesState();
    say(`${file.name} is unpacked: ${parts.join(", ")}.`, () =>
      attempt(etag.then((state) => workspace.restore(before, [...added, ...replaced], state))),
    );
  };

  const unpack = (file: File, folder: string, replace: boolean): void => {
    uploads.unpack(file, folder, replace).then(
      (done) => done !== null && unpacked(file, done),
      (error: unknown) => {
        const hint =
          error instanceof Problem && error.status === 409 ? " Drop the archive again and choose to replace them." : "";
        uploads.refuse(file.name, sentenceOf(error) + hint);
      },
    );
  };

  const actions: FileActions = {
    open: (id) => places.openFile(id),
    create: (folder) => ask({ what: "create-file", folder }),
    rename: (target) => ask({ what: "rename-file", target }),
    move: (target) => ask({ what: "move-file", target }),
    moveTo: (target, folder) =>
      move(target, folder === "" ? baseName(target.path) : `${folder}/${baseName(target.path)}`),
    duplicate: (file) => {
      const path = copyName(file.path, new Set(listed().map((each) => each.path)));
      attempt(workspace.copy(file.path, path).then(() => places.awaitFile(path)));
    },
    remove: (target) => {
      const paths = new Set(filesOf(target, listed()).map((file) => file.path));
      attempt(
        fileUses()
          .then(({ usesOf }) => usesOf(workspace, paths))
          .then((uses) => (uses.length === 0 ? remove(target) : ask({ what: "remove-used", target, uses }))),
      );
    },
    download: (target) => {
      if (target === null) download(client.archiveAddress(), "");
      else if (target.kind === "folder") download(client.archiveAddress(target.path), "");
      else download(client.fileAddress(target.path), baseName(target.path));
    },
    copyPath: (target) => {
      const copied = navigator.clipboard?.writeText(target.path);
      if (copied === undefined) say(`Copying needs HTTPS. The path is ${target.path}`);
      else attempt(copied.then(() => say(`${target.path} is copied.`)));
    },
    upload: (folder) => choose(false, (incoming) => addFiles(incoming, folder)),
    uploadFolder: () => choose(true, (incoming) => addFiles(incoming, null)),
    drop: (transfer, folder) => attempt(dropped(transfer).then((incoming) => addFiles(incoming, folder))),
    showDeleted: () => ask({ what: "deleted-files" }),
  };

  const answers: FileAnswers = {
    create: (path) => {
      attempt(client.createText(path).then(() => places.awaitFile(path)));
    },
    move,
    rename,
    remove,
    send,
    unpack,
    restored: (id, path) => {
      say(`${path} is restored.`);
      places.openFile(id);
    },
    versions: () => places.showVersions(),
  };
  return { actions, answers, addFiles };
}
