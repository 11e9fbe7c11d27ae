// The blocks of other projects that this one can use: what the language reads of them, and what is said of their versions.
import type { TextEdit, UsableBlocks } from "../../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { KnownFile } from "../../../language";

export type SharedBlock = UsableBlocks["blocks"][number];

interface SharedBlocksOptions {
  /** The names in the project's texts now: when those change, other blocks may be wanted. */
  readonly names: () => string;
  /** Resolves when the server has stored what was typed. */
  readonly waitUntilStored: () => Promise<void>;
  readonly read: () => Promise<UsableBlocks>;
  /** The language knows more, or less. */
  readonly onChange: () => void;
  /** Makes a text, within the caller's step. */
  readonly write: (path: string, text: string) => void;
}

/** Milliseconds of calm after which what the texts name is looked up. */
const CALM = 400;

export class SharedBlocks {
  private readonly store = createStore<readonly SharedBlock[]>(() => []);
  readonly state: Omit<StoreApi<readonly SharedBlock[]>, "setState"> = this.store;
  /** The texts that the language reads of them, by path: the same object for a text that has not changed. */
  private knownTexts: ReadonlyMap<string, KnownFile & { readonly text: string }> = new Map();
  private names = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading: Promise<void> | null = null;

  constructor(private readonly options: SharedBlocksOptions) {}

  readonly files = (): ReadonlyMap<string, KnownFile> => this.knownTexts;

  /** Makes the text that an edit is of and that is not there, as a lock is begun by its first line. */
  begin({ file, span, text }: TextEdit): void {
    if (span.end.offset === 0 && text !== "") this.options.write(file, text);
  }

  /** The text of a version's source, where the page has it. */
  source(block: SharedBlock, version: string): string | null {
    const digest = block.versions.find((each) => each.version === version)?.digest;
    const manifest = digest === undefined ? undefined : this.text(digest);
    if (manifest === undefined) return null;
    const { layers } = JSON.parse(manifest) as {
      readonly layers: readonly {
        readonly digest: string;
        readonly annotations: Readonly<Record<string, string>>;
      }[];
    };
    const source = layers.find(({ annotations }) => Object.values(annotations).includes(`${block.block}.py`));
    return source === undefined ? null : (this.text(source.digest) ?? null);
  }

  /** The texts changed: look up what they name, if that is new. */
  touch(): void {
    if (this.options.names() === this.names) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh().catch(() => undefined), CALM);
  }

  /** Asks the server what there is now. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    return this.reading;
  }

  private async read(): Promise<void> {
    await this.options.waitUntilStored();
    const names = this.options.names();
    const { blocks, files } = await this.options.read();
    this.names = names;
    const before = this.knownTexts;
    this.knownTexts = new Map(
      Object.entries(files).map(([path, text]) => {
        const knownText = before.get(path);
        return [path, knownText?.text === text ? knownText : { text }];
      }),
    );
    this.store.setState(blocks, true);
    const isSame =
      before.size === this.knownTexts.size && [...this.knownTexts].every(([path, file]) => before.get(path) === file);
    if (!isSame) this.options.onChange();
  }

  private text(digest: string): string | undefined {
    return this.knownTexts.get(`.rune/blocks/${digest.replace(":", "/")}`)?.text;
  }
}
