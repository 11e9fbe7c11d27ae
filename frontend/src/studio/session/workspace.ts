// Everything that lives as long as the page: the document and its socket, the session and its events, uploads, toasts.
import * as Y from "yjs";
import { LanguageService } from "../../language";
import { ProjectClient } from "../api/client";
import { EventStream } from "../api/events";
import { sentenceOf } from "../api/problem";
import type { PageState, TextEdit } from "../api/types";
import type { Authors, Comparison, Version } from "../api/versions";
import { DocumentConnection } from "../document/connection";
import { MEND, ProjectFiles, type FileEntry } from "../document/files";
import { Presence } from "../document/presence";
import type { SaveState } from "../document/saving";
import { toRange } from "../editor/offsets";
import { Checking } from "./checking";
import { KnownFiles } from "./known-files";
import { SessionStore } from "./store";
import { Toasts } from "./toasts";
import { Uploads } from "./uploads";
import { WatchStore } from "./watching";

/** Milliseconds after the text is here at which the language is fetched in the background. */
const LANGUAGE_LATER = 1500;

/** Whether an edit is a step of the undo for itself, or begins one that later edits go on with (as a slider is drawn). */
export type EditStep = "alone" | "begins" | "goes on";

/** Bytes of an update that the socket takes, with room to spare; a larger change is made by the server. */
const LARGEST_UPDATE = 900_000;

/** What the page knows of its text as a whole. */
export interface TextState {
  /** Whether the document has been read from the server. */
  readonly read: boolean;
  readonly save: SaveState;
  /** The server's words when it closed the document for good; else "". */
  readonly closedFor: string;
  readonly files: readonly FileEntry[];
  /** How many were deleted and can be brought back. */
  readonly deleted: number;
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
  readonly checking: Checking;
  /** Which wires are watched in the preview. */
  readonly watching: WatchStore;
  /** The rune that says when each stage ends, while somebody looks at that. */
  readonly timing: WatchStore;
  private readonly connection: DocumentConnection;
  private readonly events: EventStream;
  private text: TextState = { read: false, save: "offline", closedFor: "", files: [], deleted: 0, ahead: false };
  private readonly listeners = new Set<() => void>();
  private readonly versionListeners = new Set<() => void>();

  constructor(state: PageState, host: Pick<Location, "protocol" | "host">) {
    const { organisation, name } = state.project;
    const sockets = `${host.protocol === "https:" ? "wss" : "ws"}://${host.host}/ws/projects/${encodeURIComponent(organisation)}/${encodeURIComponent(name)}`;
    this.client = new ProjectClient(organisation, name, state.csrf);
    this.store = new SessionStore(state, this.client, (error) => this.toasts.say(sentenceOf(error)));
    this.uploads = new Uploads({ address: (path) => this.client.fileAddress(path), unpackAddress: (folder, replace) => this.client.unpackAddress(folder, replace), token: this.client.token, limit: state.upload_limit });
    this.files = new ProjectFiles(new Y.Doc());
    this.files.onNames(() => this.change(this.listed()));
    const known = new KnownFiles(this.files, this.client);
    this.language = new LanguageService({
      files: known.all,
      texts: known.current,
      askServer: (request) => this.client.askLanguage(request),
      base: state.language,
      startWorker: () => new Worker(`${import.meta.env.BASE_URL}language.js`),
    });
    this.checking = new Checking(this.language);
    this.files.doc.on("update", () => {
      this.checking.touch();
      if (this.text.read && !this.text.ahead) this.change({ ahead: true });
    });
    this.watching = new WatchStore(this.client, (sentence) => this.toasts.say(sentence));
    this.timing = new WatchStore(this.client, (sentence) => this.toasts.say(sentence));
    let { preview } = this.store.current();
    for (const each of [this.watching, this.timing]) each.follow(preview);
    this.store.subscribe(() => {
      if (this.store.current().preview === preview) return;
      preview = this.store.current().preview;
      for (const each of [this.watching, this.timing]) each.follow(preview);
      if (this.text.ahead) this.change({ ahead: false });
    });
    this.connection = new DocumentConnection({
      doc: this.files.doc,
      address: sockets,
      onState: (save, closedFor) => this.change({ save, closedFor }),
      onRead: () => {
        this.change({ read: true, ...this.listed() });
        // The page is usable first; then its own Python is fetched.
        setTimeout(() => this.language.start(), LANGUAGE_LATER);
      },
    });
    this.presence = new Presence(this.connection.awareness, { id: state.me.id, name: state.me.name, initials: state.me.initials, colour: state.me.colour });
    this.events = new EventStream({
      address: `${sockets}/events`,
      sequence: state.sequence,
      refetch: () => this.store.refetch(),
      onEvent: (event) => {
        for (const each of [this.watching, this.timing]) each.apply(event);
        if (event.type === "version.saved") for (const listener of this.versionListeners) listener();
        else this.store.apply(event);
      },
      onConnected: (connected) => this.store.connected(connected),
    });
  }

  start(): void {
    this.connection.connect();
    this.events.start();
    window.addEventListener("online", () => this.events.retry());
    window.addEventListener("beforeunload", (event) => {
      if (this.connection.unsent) event.preventDefault();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): TextState => this.text;

  /** Build what the page shows: what was typed is stored first. Answers the build's id. */
  async build(): Promise<string> {
    await this.connection.stored();
    return this.store.build();
  }

  /** Edits that count UTF-16 units, in any files, as one step of the page's undo; or as a part of one that goes on. */
  edit(edits: readonly TextEdit[], step: EditStep = "alone"): void {
    const { undo } = this.files;
    const usual = undo.captureTimeout;
    if (step === "goes on") undo.captureTimeout = Infinity;
    else undo.stopCapturing();
    this.files.doc.transact(() => {
      for (const edit of [...edits].sort((one, other) => other.span.start.offset - one.span.start.offset)) {
        const file = this.text.files.find((entry) => entry.path === edit.file);
        const text = file === undefined ? null : this.files.text(file.id);
        if (text === null) continue;
        const [from, to] = [edit.span.start.offset, edit.span.end.offset];
        if (to > from) text.delete(from, to - from);
        if (edit.text !== "") text.insert(from, edit.text);
      }
    }, MEND);
    undo.captureTimeout = usual;
    if (step === "alone") undo.stopCapturing();
  }

  /** Save the files as they are here as a version. */
  async saveVersion(message: string): Promise<Version> {
    await this.sent();
    return this.client.saveVersion(message);
  }

  /** Make the files what they were in a version, or those of some paths: one step of the page's undo, seen by all. */
  async restore(version: number, paths: readonly string[] | null): Promise<void> {
    await this.sent();
    const update = await this.client.restoring(version, paths);
    if (update.byteLength > LARGEST_UPDATE) await this.client.restore(version, paths);
    else this.files.apply(update);
  }

  /** What differs between two sides, as it is here. */
  async compare(from: number | "now", to: number | "now"): Promise<Comparison> {
    if (from === "now" || to === "now") await this.sent();
    return this.client.compare(String(from), String(to));
  }

  /** Who wrote the lines of a text, as it is here. */
  async authors(path: string): Promise<Authors> {
    await this.sent();
    return this.client.authors(path);
  }

  /** Call back when anyone saved a version. Answers how to stop. */
  onVersion(callback: () => void): () => void {
    this.versionListeners.add(callback);
    return () => this.versionListeners.delete(callback);
  }

  /** Resolves when the server has stored what was typed. */
  stored(): Promise<void> {
    return this.connection.stored();
  }

  /** A second file with the same contents, as they are here. */
  async copy(path: string, to: string): Promise<void> {
    await this.sent();
    await this.client.copy(path, to);
  }

  /** Wait until the server has what was typed; without a connection that is not waited for. */
  private sent(): Promise<void> {
    if (this.text.save === "offline" || this.text.save === "offline-unsent") return Promise.reject(new Error("The forge cannot be reached. Try again when the connection is back."));
    return this.connection.stored();
  }

  /** Mends in files that are not open, as one step of the page's undo. */
  mend(edits: readonly TextEdit[]): void {
    this.files.undo.stopCapturing();
    this.files.doc.transact(() => {
      // From the end on, so that what stands in front keeps its place; the edits of a fix come in any order.
      for (const edit of edits.toReversed().sort((one, other) => other.span.start.offset - one.span.start.offset)) {
        const file = this.text.files.find((entry) => entry.path === edit.file);
        const text = file === undefined ? null : this.files.text(file.id);
        if (text === null) continue;
        const { from, to } = toRange(text.toJSON(), edit.span);
        text.delete(from, to - from);
        text.insert(from, edit.text);
      }
    }, MEND);
    this.files.undo.stopCapturing();
  }

  private listed(): Pick<TextState, "files" | "deleted"> {
    return { files: this.files.list(), deleted: this.files.deleted().length };
  }

  private change(change: Partial<TextState>): void {
    this.text = { ...this.text, ...change };
    for (const listener of this.listeners) listener();
  }
}
