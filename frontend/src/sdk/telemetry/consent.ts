// The answer of a person to whether a page may send counts: remembered for the page's origin, where the browser lets it.

export type Consent = "granted" | "refused";

/** The answers for one deployment. `subscribe` also hears answers in other pages of the origin. */
export interface ConsentStore {
  /** Null before the first answer. */
  readonly current: () => Consent | null;
  readonly answer: (consent: Consent) => void;
  /** Returns what ends it. */
  readonly subscribe: (onChange: () => void) => () => void;
}

const stores = new Map<string, ConsentStore>();

/** The one store of a page for a deployment's address. */
export function consentFor(source: string): ConsentStore {
  const store = stores.get(source) ?? openStore(`hammer-forge counts ${source}`);
  stores.set(source, store);
  return store;
}

function openStore(name: string): ConsentStore {
  const subscribers = new Set<() => void>();
  // Without storage the answer holds as long as the page, which then asks again.
  let current = stored(name);
  const change = (consent: Consent | null): void => {
    current = consent;
    subscribers.forEach((onChange) => onChange());
  };
  const onStorage = ({ key }: StorageEvent): void => {
    if (key === name || key === null) change(stored(name));
  };
  return {
    current: () => current,
    answer(consent) {
      try {
        localStorage.setItem(name, consent);
      } catch {
        // The browser stores nothing for this page.
      }
      change(consent);
    },
    subscribe(onChange) {
      if (subscribers.size === 0) globalThis.addEventListener("storage", onStorage);
      subscribers.add(onChange);
      return () => {
        subscribers.delete(onChange);
        if (subscribers.size === 0) globalThis.removeEventListener("storage", onStorage);
      };
    },
  };
}

function stored(name: string): Consent | null {
  try {
    const text = localStorage.getItem(name);
    return text === "granted" || text === "refused" ? text : null;
  } catch {
    return null;
  }
}
