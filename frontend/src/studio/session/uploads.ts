// The files on their way to the server: how far each is, and why one was refused. A list that React reads.
import { sentenceOf } from "../api/problem";
import { upload } from "../api/upload";

export interface UploadRow {
  readonly id: number;
  readonly path: string;
  /** From 0 to 1. */
  readonly share: number;
  /** Why it was refused, or null while it is under way. */
  readonly refused: string | null;
  readonly stop: () => void;
}

export interface Destination {
  readonly address: (path: string) => string;
  readonly token: string;
  readonly limit: number;
}

export class Uploads {
  private rows: readonly UploadRow[] = [];
  private next = 1;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly destination: Destination) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): readonly UploadRow[] => this.rows;

  /** Send a file; answers whether it was accepted. A refusal stays in the list until it is dismissed. */
  async send(path: string, file: File): Promise<boolean> {
    const id = this.next++;
    const stopping = new AbortController();
    this.become([...this.rows.filter((row) => row.path !== path), { id, path, share: 0, refused: null, stop: () => stopping.abort() }]);
    try {
      await upload(file, {
        address: this.destination.address(path),
        token: this.destination.token,
        limit: this.destination.limit,
        onProgress: (share) => this.change(id, { share }),
        signal: stopping.signal,
      });
      this.dismiss(id);
      return true;
    } catch (error) {
      if (stopping.signal.aborted) this.dismiss(id);
      else this.change(id, { refused: sentenceOf(error) });
      return false;
    }
  }

  dismiss(id: number): void {
    this.become(this.rows.filter((row) => row.id !== id));
  }

  private change(id: number, change: Partial<UploadRow>): void {
    this.become(this.rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  }

  private become(rows: readonly UploadRow[]): void {
    this.rows = rows;
    for (const listener of this.listeners) listener();
  }
}
