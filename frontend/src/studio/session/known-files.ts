// The project's files as the language knows them: texts as they are here, of a model what goes in and out.
import { LANGUAGE_TEXT_LIMIT } from "../../declared/studio-limits";
import type { KnownFile } from "../../language";
import type { ProjectClient } from "../api/client";
import { Problem } from "../api/problem";
import type { FileEntry, ProjectFiles } from "../document/files/files";
import { extension } from "../document/files/paths";

export class KnownFiles {
  private texts = new Map<string, KnownFile & { readonly text: string }>();
  /** By digest: what is known of a model, for as long as the page lives. */
  private readonly models = new Map<string, KnownFile>();
  private readonly pending = new Map<string, Promise<void>>();
  /** By digest, so that a file that has not changed is the same object each time. */
  private readonly others = new Map<string, KnownFile>();

  constructor(
    private readonly files: ProjectFiles,
    private readonly client: Pick<ProjectClient, "model">,
    /** The files that the language reads beside the project's own, by path. */
    private readonly mountedFiles: () => Iterable<readonly [string, KnownFile]> = () => [],
  ) {}

  /** The texts of the moment. A text that has not changed is the same object as before. */
  readonly current = (): ReadonlyMap<string, KnownFile> => {
    const texts = new Map<string, KnownFile & { readonly text: string }>();
    for (const { id, path, kind } of this.files.list()) {
      const text = kind === "text" ? (this.files.text(id)?.toJSON() ?? "") : null;
      if (text === null || text.length > LANGUAGE_TEXT_LIMIT) continue;
      const before = this.texts.get(path);
      texts.set(path, before?.text === text ? before : { text });
    }
    this.texts = texts;
    return texts;
  };

  /** All files as they are when it answers: once the models are known that came since the last time. Throws `Problem`. */
  readonly all = async (): Promise<ReadonlyMap<string, KnownFile>> => {
    for (let unknown = this.unknown(); unknown.length > 0; unknown = this.unknown()) {
      await Promise.all(unknown.map((file) => this.ask(file)));
    }
    const files = new Map<string, KnownFile>();
    for (const { path, digest, size } of this.files.list()) {
      const knownFile = this.models.get(digest) ?? this.others.get(digest) ?? { size: size ?? 0 };
      if (!this.models.has(digest)) this.others.set(digest, knownFile);
      files.set(path, knownFile);
    }
    for (const [path, file] of [...this.current(), ...this.mountedFiles()]) files.set(path, file);
    return files;
  };

  private unknown(): readonly FileEntry[] {
    return this.files
      .list()
      .filter(({ path, digest }) => digest !== "" && extension(path) === "tflite" && !this.models.has(digest));
  }

  private ask({ path, digest, size }: FileEntry): Promise<void> {
    const pendingAnswer = this.pending.get(digest);
    if (pendingAnswer !== undefined) return pendingAnswer;
    const answer = this.client
      .model(path)
      .then(
        ({ signature, ...description }): KnownFile => ({ size: size ?? 0, model: { signature, description } }),
        (error: unknown): KnownFile => {
          // A refusal stays true of these bytes; anything else is tried again.
          if (error instanceof Problem && error.status === 422)
            return { size: size ?? 0, model: { refusal: error.message } };
          throw error;
        },
      )
      .then((file) => void this.models.set(digest, file))
      .finally(() => this.pending.delete(digest));
    this.pending.set(digest, answer);
    return answer;
  }
}
