// The window in which someone signed in for a page that waits in another one: it closes, where the browser lets it.

export function closesItself(): void {
  if (document.querySelector("[data-close-window]") !== null && window.opener !== null) window.close();
}
