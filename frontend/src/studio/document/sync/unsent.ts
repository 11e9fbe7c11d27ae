// Edits that were made here and are not known to be stored, kept in this browser over a reload or a crash. A Yjs update changes
// nothing where it is already, so putting one back never doubles a text. Kept by person and project, and forgotten on signing out.
import { fromBase64, toBase64 } from "lib0/buffer";
import * as Y from "yjs";

/** src/pages/sign-in/forget-unsent.ts deletes what begins with it. */
const PREFIX = "hammer-forge unsent ";
/** An edit that is stored sooner than this is never written down, in ms. */
const SOON = 1000;
/** More bytes than this stay in the page's memory only. */
const MOST = 1_000_000;
/** Edits that nobody came back for are deleted after so many ms: a week. */
const MAX_AGE = 7 * 24 * 3600 * 1000;

interface Entry {
  readonly at: number;
  readonly update: string;
}

export type UnsentStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export interface UnsentOptions {
  readonly storage: UnsentStorage | null;
  readonly person: string;
  readonly project: string;
  /** The id that tells this page from others of the same project. */
  readonly page: string;
  readonly now?: () => number;
}

export class UnsentEdits {
  private update: Uint8Array | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isKeeping = true;

  constructor(private readonly options: UnsentOptions) {}

  /** An edit that is not stored yet. */
  add(update: Uint8Array): void {
    this.update = this.update === null ? update : Y.mergeUpdates([this.update, update]);
    this.timer ??= setTimeout(() => this.write(), SOON);
  }

  /** Everything is stored. */
  clear(): void {
    this.update = null;
    this.write();
  }

  /** Write down now what is not stored, as when the page is left. */
  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { storage, now = Date.now } = this.options;
    try {
      if (this.update === null || !this.isKeeping || this.update.length > MOST) storage?.removeItem(this.name);
      else storage?.setItem(this.name, JSON.stringify({ at: now(), update: toBase64(this.update) } satisfies Entry));
    } catch {
      // A browser that keeps nothing, or no more: the edits are in the page's memory.
    }
  }

  /** Someone signed out in this browser: nothing is left in it, until the person is back. */
  setKeeping(isKeeping: boolean): void {
    this.isKeeping = isKeeping;
    this.write();
  }

  /**
   * The edits that other pages of this person and project have left, as one update; null for nothing. Too old ones are
   * deleted.
   */
  readEarlier(): Uint8Array | null {
    const { storage, now = Date.now } = this.options;
    const updates: Uint8Array[] = [];
    for (const name of this.names()) {
      const entry = entryOf(storage?.getItem(name) ?? null);
      if (entry === null || now() - entry.at > MAX_AGE) storage?.removeItem(name);
      else if (name.startsWith(this.prefix) && name !== this.name) updates.push(fromBase64(entry.update));
    }
    return updates.length === 0 ? null : Y.mergeUpdates(updates);
  }

  /** Deletes edits that this page has taken over, or that cannot be used. */
  deleteEarlier(): void {
    for (const name of this.names())
      if (name.startsWith(this.prefix) && name !== this.name) this.options.storage?.removeItem(name);
  }

  private get prefix(): string {
    return `${PREFIX}${this.options.person} ${this.options.project} `;
  }

  private get name(): string {
    return this.prefix + this.options.page;
  }

  private names(): readonly string[] {
    const { storage } = this.options;
    return Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "").filter((name) =>
      name.startsWith(PREFIX),
    );
  }
}

function entryOf(text: string | null): Entry | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null) return null;
    const { at, update } = value as { at?: unknown; update?: unknown };
    return typeof at === "number" && typeof update === "string" ? { at, update } : null;
  } catch {
    return null;
  }
}

/** This browser's storage, or null where a page may not use it. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
