// An edit of a colleague and the preview that it led to come over two sockets, so the preview can be here first. No other
// preview follows then, and the page would wait for one.

/** Milliseconds after the last edit. The preview of an edit is usually here in a fraction of that. */
export const PREVIEW_DELAY = 1500;

export class LateEdits {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `isStored` says whether the server has all edits of this page: before that it knows no preview of them. */
  constructor(
    private readonly isBehind: () => boolean,
    private readonly isStored: () => boolean,
    private readonly readPreview: () => void,
  ) {}

  /** The text changed: if no preview has come by then, reads the newest one once nobody types. */
  touch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.isBehind()) return;
      if (this.isStored()) this.readPreview();
      else this.touch();
    }, PREVIEW_DELAY);
  }
}
