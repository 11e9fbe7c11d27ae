// The player without a network: answers with the page, its files and the frame as they were when this edition was
// installed. The server writes in front of it what there is to keep. Nothing of a person or a project passes through
// here: what there is to run, and runes, the page keeps by itself.
export {};

interface Keeps {
  /** Changes with anything that is kept. */
  readonly version: string;
  readonly addresses: readonly string[];
  /** The files of each interpreter of models: megabytes, kept only where a rune asked for one. */
  readonly interpreters: Readonly<Record<string, readonly string[]>>;
}

/** The part of a service worker's global scope that is used; the page's types do not have it. */
interface Scope {
  readonly KEEPS: Keeps;
  readonly location: Location;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

interface WorkerEvent {
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
  readonly request: Request;
  readonly data: unknown;
}

const scope = self as unknown as Scope;
const PREFIX = "player-app-";
const CACHE = PREFIX + scope.KEEPS.version;
const SHELL = "/player/";
/** A project's player and nothing below it. */
const PAGE = /^\/player\/[^/]+\/[^/]+\/?$/;

async function install(): Promise<void> {
  const files = await cachedInterpreters();
  const cache = await caches.open(CACHE);
  // Past the browser's cache: files without a digest in their names may be old there.
  await cache.addAll(scope.KEEPS.addresses.map((address) => new Request(address, { cache: "no-cache" })));
  await cache.addAll(files);
}

/** Returns this edition's files among the interpreters that the edition before this one kept: its runes go on without a network. */
async function cachedInterpreters(): Promise<string[]> {
  const urls: string[] = [];
  for (const name of (await caches.keys()).filter((each) => each.startsWith(PREFIX))) {
    for (const { url } of await (await caches.open(name)).keys()) urls.push(new URL(url).pathname);
  }
  return Object.entries(scope.KEEPS.interpreters).flatMap(([name, files]) =>
    urls.some((path) => path.startsWith(`/static/build/assets/${name}-`)) ? files : [],
  );
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function answer(request: Request, key: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const cachedResponse = await cache.match(key, { ignoreVary: true });
  if (cachedResponse !== undefined) return cachedResponse;
  const response = await fetch(request);
  if (response.ok && key.startsWith("/static/build/")) await cache.put(key, response.clone());
  return response;
}

/** The key under which an address is stored; null for an address that is not ours. */
function keyOf(request: Request): string | null {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return null;
  if (pathname.startsWith("/static/") || pathname === "/player/frame") return pathname;
  return request.mode === "navigate" && (pathname === SHELL || PAGE.test(pathname)) ? SHELL : null;
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const key = keyOf(event.request);
  if (key !== null) event.respondWith(answer(event.request, key));
});
scope.addEventListener("message", (event) => {
  const { type, addresses } = (event.data ?? {}) as { type?: unknown; addresses?: unknown };
  if (type === "take-over") event.waitUntil(scope.skipWaiting());
  if (type !== "keep" || !Array.isArray(addresses)) return;
  const own = addresses.filter(
    (address): address is string => typeof address === "string" && address.startsWith("/static/build/"),
  );
  event.waitUntil(Promise.allSettled(own.map((address) => answer(new Request(address), address))));
});
