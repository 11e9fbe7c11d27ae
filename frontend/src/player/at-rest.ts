// When a page that was fetched has time for what it can do without: WebKit has no idle callbacks.

/** Calls `then` once the page has loaded and rests. */
export function atRest(then: () => void): void {
  const later = (): void => {
    if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: 2000 });
    else setTimeout(then, 200);
  };
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
}
