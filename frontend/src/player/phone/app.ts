// The parts that make the page an app: its manifest, and the service worker that keeps the player's own files.

/** Adds the project's manifest; the page itself is the same for all of them. */
export function addManifest(base: string): void {
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = `${base}/app.webmanifest`;
  document.head.append(link);
}

/**
 * Keeps the player for times without a network. `onUpdate` is called when another edition of the player itself waits, with
 * what puts it in place and loads the page again.
 */
export async function keepPlayer(onUpdate: (use: () => void) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const registration = await serviceWorker
    .register("/player/service-worker.js", { scope: "/player/" })
    .catch(() => null);
  if (registration === null) return;
  const offer = (): void => {
    const { waiting } = registration;
    if (waiting === null || serviceWorker.controller === null) return;
    onUpdate(() => {
      serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage({ type: "take-over" });
    });
  };
  offer();
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offer();
    });
  });
  await keepFetched();
}

/** Has the service worker keep what this page fetched, also before it was there: it gets it from the browser's cache. Called
 * again once a rune runs, whose interpreter was still on its way. */
export async function keepFetched(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  const paths = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  active?.postMessage({ type: "keep", addresses: paths.filter((path) => path.startsWith("/static/build/")) });
}
