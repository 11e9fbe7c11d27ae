// Says which modules are fetched first and which later: the text and the running app come before all that helps with them. A
// person who touches the page ends the waiting at once, and a page on which nothing runs does not wait for ever.

/** Milliseconds after which the rest is fetched, whatever has come by then. */
const AT_MOST = 8000;

let end: () => void;
const endOfWait = new Promise<void>((resolve) => {
  end = resolve;
});

/** Milliseconds after which a page that never rests is not waited for. */
const RESTLESS = 2000;

/** The page can be used, or somebody uses it already. */
export function startDeferred(): void {
  end();
}

/** The app runs and the text is here: the page can be used once that is painted, and the rest begins after it. */
export function startDeferredAfterPaint(): void {
  requestAnimationFrame(() => setTimeout(startDeferred));
}

/** Begins to wait; once for a page. */
export function startDeferredOnInput(page: Pick<Window, "addEventListener" | "setTimeout">): void {
  for (const eventType of ["keydown", "pointerdown"])
    page.addEventListener(eventType, startDeferred, { once: true, capture: true });
  page.setTimeout(startDeferred, AT_MOST);
}

/** Returns a function that fetches the part once the page can be used. */
export function deferred<Part>(fetchPart: () => Promise<Part>): () => Promise<Part> {
  return () => endOfWait.then(fetchPart);
}

/** Fetches parts that may be needed at any moment while the page rests, so that their use does not wait. */
export function prefetchWhenIdle(parts: readonly (() => Promise<unknown>)[]): void {
  void endOfWait.then(async () => {
    for (const part of parts) {
      await new Promise<void>((resolve) =>
        typeof requestIdleCallback === "function"
          ? requestIdleCallback(() => resolve(), { timeout: RESTLESS })
          : setTimeout(resolve, RESTLESS / 10),
      );
      // Without a connection it is fetched when it is asked for.
      await part().catch(() => undefined);
    }
  });
}
