// Everything that lives as long as the page: the document and its socket, the session and its events, uploads, toasts.
import type { Authors, Preview, ProjectEvent, TextEdit, Version } from "../../api/schema";
import * as Y from "yjs";
import { createStore, type StoreApi } from "zustand/vanilla";
import { LanguageService } from "../../language";
import { ProjectClient } from "../api/client";
import { EventStream } from "../api/events";
import type { PushedRune } from "../api/pushed-rune";
import { sentenceOf } from "../api/problem";
import type { PageState, StorageUse } from "../api/page-state";
import { DocumentConnection, RESTORED_EDITS } from "../document/sync/connection";
import { OUTSIDE_EDIT, ProjectFiles, type FileEntry } from "../document/files/files";
import { Presence } from "../document/sync/presence";
import type { SaveState } from "../document/sync/saving";
import { toRange, type TextRange } from "../document/lines/offsets";
import { browserStorage, UnsentEdits } from "../document/sync/unsent";
import { checkedPreview } from "./preview/checked-preview";
import { LateEdits } from "./preview/late-edits";
import { TextCheck } from "./preview/text-check";
import { KnownFiles } from "./known-files";
import { toastOf } from "./toasts/event-toasts";
import { SignInWatch } from "./sign-in-watch";
import type { SharedBlocks } from "./blocks/shared-blocks";
import { SessionStore } from "./store";
import { Toasts } from "./toasts/toasts";
import { Uploads } from "./uploads/queue";
import { VariantBuild } from "./preview/variant-build";

/** Milliseconds after the text is here at which the language is fetched in the background. */
const LANGUAGE_LATER = 1500;

/** Whether an edit is a step of the undo for itself, or begins one that later edits go on with (as a slider is drawn). */
export type EditStep = "alone" | "begins" | "goes on";

/** The events after which the list of versions says something else: it says what was built and published of each. */
const NEWS_OF_VERSIONS: ReadonlySet<string> = new Set([
  "version.saved",
  "version.restored",
  "build.changed",
  "tag.published",
  "tag.withdrawn",
]);

/** Bytes of an update that the socket takes, with room to spare; a larger change is made by the server. */
const LARGEST_UPDATE = 900_000;

/** The page's state of its text as a whole. */
export interface TextState {
  /** Whether the document has been read from the server. */
  readonly read: boolean;
  readonly save: SaveState;
  /** The server's words when it closed the document for good; else "". */
  readonly closedFor: string;
  readonly files: readonly FileEntry[];
  /** How many were deleted and can be brought back. */
  readonly deletedCount: number;
  /** Whether the text changed, by anyone, after the newest preview was read: what it says may be of an older text. */
  readonly ahead: boolean;
}

export class Workspace {
  readonly client: ProjectClient;
  readonly store: SessionStore;
  readonly files: ProjectFiles;
  readonly toasts = new Toasts();
  readonly uploads: Uploads;
  readonly presence: Presence;
  readonly language: LanguageService;
  readonly checking: TextCheck;
  /** The preview with the problems and the pipeline of the check in this page, where there is one. */
  readonly preview: Omit<StoreApi<Preview>, "setState">;
  private readonly pushedStore = createStore<PushedRune | null>(() => null);
  /** The newest rune that came ahead of its preview. */
  readonly pushedRune: Omit<StoreApi<PushedRune | null>, "setState"> = this.pushedStore;
  /** Says which wires are watched in the preview. */
  readonly watching: VariantBuild;
  /** The rune that says when each stage ends, while somebody looks at that. */
  readonly timing: VariantBuild;
  /** The rune of the other answer to an open question, while both are compared. */
  readonly answers: VariantBuild;
  /** The compiled results of the open block's tests, while its panel is open. */
  readonly compiledTests: VariantBuild;
  /** The blocks of other projects that this one can use, once the page rests. */
  sharedBlocks?: SharedBlocks;
  /** The session of this browser. */
  readonly signIn: SignInWatch;
  private readonly unsent: UnsentEdits;
  /** Ids of the files that were edited here since all was stored. */
  private readonly editedFiles = new Set<string>();
  private readonly lateEdits = new LateEdits(
    () => this.texts.getState().ahead && this.texts.getState().save !== "closed",
    () => this.texts.getState().save === "saved",
    () => this.store.readPreview(),
  );
  private readonly connection: DocumentConnection;
  private readonly events: EventStream;
  private readonly texts = createStore<TextState>(() => ({
    read: false,
    save: "offline",
    closedFor: "",
    files: [],
    deletedCount: 0,
    ahead: false,
  }));
  readonly state: Omit<StoreApi<TextState>, "setState"> = this.texts;
  /** The bytes that the organisation had stored when the page was opened. */
  readonly storage: StorageUse;
  /** The hints for beginners that are shown. */
  readonly hints: readonly string[];
  private readonly versionListeners = new Set<(event: ProjectEvent) => void>();

  constructor(state: PageState, host: Pick<Location, "protocol" | "host">) {
    const { organisation, name } = state.project;
    this.storage = state.storage;
    this.hints = state.hints;
    const sockets = `${host.protocol === "https:" ? "wss" : "ws"}://${host.host}/ws/projects/${encodeURIComponent(organisation)}/${encodeURIComponent(name)}`;
    this.signIn = new SignInWatch({ me: state.me.id, csrf: state.csrf });
    this.client = new ProjectClient(organisation, name, this.signIn);
    this.store = new SessionStore(
      state,
      this.client,
      (error) => this.toasts.say(sentenceOf(error)),
      () => void this.events.readAgain(),
    );
    this.uploads = new Uploads({
      address: (path) => this.client.fileAddress(path),
      unpackAddress: (folder, replace) => this.client.unpackAddress(folder, replace),
      token: () => this.signIn.token,
      limit: state.upload_limit,
      explain: (error) => this.signIn.explain(error),
    });
    this.files = new ProjectFiles(new Y.Doc());
    this.files.onNames(() => this.texts.setState(this.listFiles()));
    const knownFiles = new KnownFiles(this.files, this.client, () => this.sharedBlocks?.files() ?? []);
    this.language = new LanguageService({
      files: knownFiles.all,
      texts: knownFiles.current,
      askServer: (request) => this.client.askLanguage(request),
      base: state.language,
      startWorker: () => new Worker(`${import.meta.env.BASE_URL}language.js`),
    });
    this.checking = new TextCheck(this.language);
    this.preview = checkedPreview(this.store.state, this.checking.state);
    this.files.doc.on("update", () => {
      this.checking.touch();
      if (!this.texts.getState().read) return;
      if (!this.texts.getState().ahead) this.texts.setState({ ahead: true });
      this.lateEdits.touch();
    });
    const createVariant = () => new VariantBuild(this.client, (sentence) => this.toasts.say(sentence));
    const variants = [
      (this.watching = createVariant()),
      (this.timing = createVariant()),
      (this.answers = createVariant()),
      (this.compiledTests = createVariant()),
    ];
    let { preview } = this.store.state.getState();
    for (const each of variants) each.follow(preview);
    this.store.state.subscribe(() => {
      if (this.store.state.getState().preview === preview) return;
      preview = this.store.state.getState().preview;
      for (const each of variants) each.follow(preview);
      if (this.texts.getState().ahead) this.texts.setState({ ahead: false });
    });
    this.unsent = new UnsentEdits({
      storage: browserStorage(),
      person: state.me.id,
      project: state.project.id,
      page: String(this.files.doc.clientID),
    });
    this.files.doc.on("afterTransaction", ({ local, origin, changedParentTypes }: Y.Transaction) => {
      if (local || origin === RESTORED_EDITS) for (const type of changedParentTypes.keys()) this.markEdited(type);
    });
    this.connection = new DocumentConnection({
      doc: this.files.doc,
      address: sockets,
      person: state.me.id,
      onState: (save, closedFor) => this.texts.setState({ save, closedFor }),
      onSignedOut: () => this.signIn.onRefusal(),
      onEdit: (update) => this.unsent.add(update),
      onStored: () => {
        this.editedFiles.clear();
        this.unsent.clear();
      },
      onRead: () => {
        if (!this.texts.getState().read && state.may.includes("edit")) this.restoreUnsent();
        this.texts.setState({ read: true, ...this.listFiles() });
        // The page is usable first; then its own Python is fetched.
        setTimeout(() => this.language.start(), LANGUAGE_LATER);
      },
    });
    this.presence = new Presence(this.connection.awareness, {
      id: state.me.id,
      name: state.me.name,
      initials: state.me.initials,
      colour: state.me.colour,
    });
    this.events = new EventStream({
      address: `${sockets}/events`,
      person: state.me.id,
      sequence: state.sequence,
      onSignedOut: () => this.signIn.onRefusal(),
      refetch: () => {
        // Its number may be of another log: a database put back.
        this.pushedStore.setState(null, true);
        return this.store.refetch();
      },
      onRune: (rune) => this.pushedStore.setState(rune, true),
      onEvent: (event) => {
        for (const each of variants) each.apply(event);
        const news = toastOf(event, this.store.state.getState());
        if (news !== null)
          this.toasts.say(news.text, { label: "Open", run: () => void window.open(news.url, "_blank") });
        if (NEWS_OF_VERSIONS.has(event.type)) for (const listener of this.versionListeners) listener(event);
        this.store.apply(event);
      },
      onConnected: (connected) => this.store.connected(connected),
    });
  }

  /** Whether this person may edit, as the server said last. */
  get mayEdit(): boolean {
    return this.store.state.getState().may.includes("edit");
  }

  start(): void {
    this.connection.connect();
    this.events.start();
    this.store.refreshPreview();
    window.addEventListener("online", () => this.events.retry());
    window.addEventListener("beforeunload", (event) => {
      if (this.connection.unsent) event.preventDefault();
    });
    window.addEventListener("pagehide", () => this.unsent.write());
    this.followSignIn();
  }

  /** The texts with edits that are not stored, for a person who has to take them elsewhere. */
  unsentTexts(): readonly { readonly path: string; readonly text: string }[] {
    return this.texts.getState().files.flatMap(({ id, path }) => {
      const text = this.editedFiles.has(id) ? this.files.text(id) : null;
      return text === null ? [] : [{ path, text: text.toJSON() }];
    });
  }

  /** Once its person is signed in again, the page goes on where it was: its sockets, its edits, what it could not read. */
  private followSignIn(): void {
    let { who } = this.signIn.state.getState();
    this.signIn.state.subscribe(() => {
      const before = who;
      ({ who } = this.signIn.state.getState());
      if (who !== "me" || before === "me") return;
      this.unsent.setKeeping(true);
      this.connection.connect();
      this.events.retry();
      void this.events.readAgain();
    });
    window.addEventListener("focus", () => {
      if (who !== "me") void this.signIn.check();
    });
    // As in src/pages/sign-in/forget-unsent.ts: another window of this browser signs out.
    new BroadcastChannel("hammer-forge sign-out").addEventListener("message", () => this.unsent.setKeeping(false));
  }

  /** Edits of an earlier visit that never were stored, as when the page was closed while signed out. */
  private restoreUnsent(): void {
    const update = this.unsent.readEarlier();
    if (update === null) return;
    const fits = this.connection.restore(update);
    this.unsent.write();
    this.unsent.deleteEarlier();
    if (!fits) this.toasts.say("Edits of your last visit could not be sent: the text they belong to no longer exists.");
    else if (this.connection.unsent)
      this.toasts.say("Unsent edits of your last visit were restored and are being sent.");
  }

  private markEdited(type: unknown): void {
    const file = this.files.fileOf(type);
    if (file !== null) this.editedFiles.add(file);
  }

  /** Does what may fail, and says why when it did. */
  attempt(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.toasts.say(sentenceOf(error)));
  }

  /** Build what the page shows: what was typed is stored first. Answers the build's id. */
  async build(): Promise<string> {
    await this.connection.waitUntilStored();
    return this.store.build();
  }

  /** Edits that count UTF-16 units, in any files, as one step of the undo; or as a part of one that goes on. */
  edit(edits: readonly TextEdit[], step: EditStep = "alone"): void {
    const { undo } = this.files;
    const usual = undo.captureTimeout;
    if (step === "goes on") undo.captureTimeout = Infinity;
    else undo.stopCapturing();
    this.files.doc.transact(() => this.write(edits, utf16Range), OUTSIDE_EDIT);
    undo.captureTimeout = usual;
    if (step === "alone") undo.stopCapturing();
  }

  /** Give files other paths, and change the texts that name them: one step of the undo. Edits count UTF-16 units. */
  move(paths: ReadonlyMap<string, string>, edits: readonly TextEdit[]): void {
    this.files.undo.stopCapturing();
    this.files.doc.transact(() => {
      this.write(edits, utf16Range);
      this.files.move(paths);
    }, OUTSIDE_EDIT);
    this.files.undo.stopCapturing();
  }

  /** The edits of a fix, which count characters, as one step of the undo. */
  readonly applyFix = (edits: readonly TextEdit[]): void => {
    this.files.undo.stopCapturing();
    this.files.doc.transact(() => this.write(edits, toRange), OUTSIDE_EDIT);
    this.files.undo.stopCapturing();
  };

  private write(edits: readonly TextEdit[], rangeOf: (text: string, span: TextEdit["span"]) => TextRange): void {
    // From the end on, so that what stands in front keeps its place; at one place the texts keep their order.
    for (const edit of edits.toReversed().sort((one, other) => other.span.start.offset - one.span.start.offset)) {
      const file = this.files.list().find((entry) => entry.path === edit.file);
      if (file === undefined) this.sharedBlocks?.begin(edit);
      const text = file === undefined ? null : this.files.text(file.id);
      if (text === null) continue;
      const { from, to } = rangeOf(text.toJSON(), edit.span);
      if (to > from) text.delete(from, to - from);
      if (edit.text !== "") text.insert(from, edit.text);
    }
  }

  /** Save the files as they are here as a version. */
  async saveVersion(message: string): Promise<Version> {
    await this.waitUntilSent();
    return this.client.saveVersion(message);
  }

  /** Make the files what they were in a version, or those of some paths; seen by all. Answers whether that is one step of
   * the undo, which has nothing of what the server does itself. */
  async restore(version: number, paths: readonly string[] | null, etag: string): Promise<boolean> {
    await this.waitUntilSent();
    const update = await this.client.restoring(version, paths, etag);
    if (update.byteLength > LARGEST_UPDATE) {
      await this.client.restore(version, paths, etag);
      return false;
    }
    const step = this.files.undo.undoStack.at(-1);
    this.files.apply(update);
    return this.files.undo.undoStack.at(-1) !== step;
  }

  /** The state of the files as they are here, for a restoring that is offered now. */
  async filesState(): Promise<string> {
    await this.waitUntilSent();
    return this.client.filesState();
  }

  /** Who wrote the lines of a text, as it is here. */
  async authors(path: string): Promise<Authors> {
    await this.waitUntilSent();
    return this.client.authors(path);
  }

  /** Call back with the event when the list of versions says something else. Answers how to stop. */
  onVersion(callback: (event: ProjectEvent) => void): () => void {
    this.versionListeners.add(callback);
    return () => this.versionListeners.delete(callback);
  }

  /** Resolves when the server has stored what was typed. */
  waitUntilStored(): Promise<void> {
    return this.connection.waitUntilStored();
  }

  /** A second file with the same contents, as they are here. */
  async copy(path: string, to: string): Promise<void> {
    await this.waitUntilSent();
    await this.client.copy(path, to);
  }

  /** Wait until the server has what was typed; without a connection that is not waited for. */
  waitUntilSent(): Promise<void> {
    if (this.texts.getState().save === "offline" || this.texts.getState().save === "offline-unsent")
      return Promise.reject(new Error("The server cannot be reached. Try again when the connection is back."));
    return this.connection.waitUntilStored();
  }

  private listFiles(): Pick<TextState, "files" | "deletedCount"> {
    return { files: this.files.list(), deletedCount: this.files.deletedFiles().length };
  }
}

function utf16Range(_text: string, { start, end }: TextEdit["span"]): TextRange {
  return { from: start.offset, to: end.offset };
}
