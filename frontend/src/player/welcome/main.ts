// The welcome page's rune: a few lines that wait until the page is at rest and the place is in sight, and then fetch what
// runs it. Until it has answered, and wherever it cannot run, the picture that the server made stays.

for (const section of document.querySelectorAll<HTMLElement>("[data-live-rune]")) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    watcher.disconnect();
    atRest(() => void import("./live").then(({ runHere }) => runHere(section)));
  });
  watcher.observe(section);
}

/** WebKit has no idle callbacks. */
function atRest(then: () => void): void {
  const later = (): void => {
    if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: 2000 });
    else setTimeout(then, 200);
  };
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
}
