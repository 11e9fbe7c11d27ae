// Files on their way to the server: how far each is, and why one was refused. A list that React reads.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { components } from "../../../api/schema";
import { sentenceOf } from "../../api/problem";
import { upload } from "../../api/upload";

export interface UploadRow {
  readonly id: number;
  readonly path: string;
  /** From 0 to 1. */
  readonly share: number;
  /** Why it was refused, or null while it is under way. */
  readonly refusal: string | null;
  readonly stop: () => void;
}

export interface UploadTarget {
  readonly address: (path: string) => string;
  readonly unpackAddress: (folder: string, replace: boolean) => string;
  /** Read for each file: signing in again makes another. */
  readonly token: () => string;
  readonly limit: number;
  /** The meaning of a refusal: the same error, or that one is signed out. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** The result of unpacking a .zip. Restoring these paths of version `before` undoes it. */
export type UnpackResult = components["schemas"]["Unpacked"];

/** Files that are sent at one time: more do not go faster, and each may be checked for some time. */
const MAX_CONCURRENT = 3;

export class Uploads {
  private readonly store = createStore<readonly UploadRow[]>(() => []);
  readonly state: Omit<StoreApi<readonly UploadRow[]>, "setState"> = this.store;
  private next = 1;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly destination: UploadTarget) {}

  /** The most that one file may have, in bytes. */
  get limit(): number {
    return this.destination.limit;
  }

  /** Send a file; answers whether it was accepted. A refusal stays in the list until it is dismissed. `etag` is the state
   * of the file that it replaces. */
  async send(path: string, file: File, etag?: string): Promise<boolean> {
    if (this.store.getState().some((row) => row.path === path && row.refusal === null)) {
      // Both as a new file, the later one to end would replace the other unseen.
      this.refuse(path, "A file is being sent to this path already. Send this one when that is done.");
      return false;
    }
    try {
      return (await this.row(path, file, this.destination.address(path), "PUT", etag)) !== null;
    } catch (error) {
      this.refuse(path, sentenceOf(error));
      return false;
    }
  }

  /** Send a .zip to be unpacked; null when it was stopped. Throws the server's Problem. */
  async unpack(file: File, folder: string, replace: boolean): Promise<UnpackResult | null> {
    const answer = await this.row(file.name, file, this.destination.unpackAddress(folder, replace), "POST");
    return answer === null ? null : (JSON.parse(answer) as UnpackResult);
  }

  /** Say in the list why something was refused. */
  refuse(path: string, reason: string): void {
    this.become([
      ...this.rowsBeside(path),
      { id: this.next++, path, share: 0, refusal: reason, stop: () => undefined },
    ]);
  }

  dismiss(id: number): void {
    this.become(this.store.getState().filter((row) => row.id !== id));
  }

  /** Forget all refusals. */
  dismissAll(): void {
    this.become(this.store.getState().filter((row) => row.refusal === null));
  }

  /** Stop all that is under way. */
  stopAll(): void {
    for (const row of this.store.getState()) if (row.refusal === null) row.stop();
  }

  /** One file on its way; null when it was stopped. */
  private async row(
    path: string,
    file: File,
    address: string,
    method: "PUT" | "POST",
    etag?: string,
  ): Promise<string | null> {
    const id = this.next++;
    const stopping = new AbortController();
    const stop = (): void => {
      stopping.abort();
      this.dismiss(id);
    };
    this.become([...this.rowsBeside(path), { id, path, share: 0, refusal: null, stop }]);
    await this.waitForSlot();
    try {
      if (stopping.signal.aborted) return null;
      const { token, limit } = this.destination;
      return await upload(file, {
        address,
        method,
        token: token(),
        ...(etag === undefined ? {} : { etag }),
        limit,
        onProgress: (share) => this.change(id, { share }),
        signal: stopping.signal,
      });
    } catch (error) {
      if (stopping.signal.aborted) return null;
      throw await this.destination.explain(error);
    } finally {
      this.dismiss(id);
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  /** Wait for a place; an upload that ends hands its place on. */
  private async waitForSlot(): Promise<void> {
    if (this.running < MAX_CONCURRENT) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The rows without earlier refusals of a path. */
  private rowsBeside(path: string): readonly UploadRow[] {
    return this.store.getState().filter((row) => row.path !== path || row.refusal === null);
  }

  private change(id: number, change: Partial<UploadRow>): void {
    this.become(this.store.getState().map((row) => (row.id === id ? { ...row, ...change } : row)));
  }

  private become(rows: readonly UploadRow[]): void {
    this.store.setState(rows, true);
  }
}
