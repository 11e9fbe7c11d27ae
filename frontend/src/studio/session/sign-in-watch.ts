// The session that the browser has while this page is open. Asked for when the server refuses something, because it
// answers alike to what is forbidden and what is not there: only the session itself tells that one is signed out.
import { createStore, type StoreApi } from "zustand/vanilla";
import { Problem } from "../api/problem";

/** Who is signed in in this browser: whom the page was made for, nobody, or someone else. */
export type SignedIn =
  { readonly who: "me" } | { readonly who: "nobody" } | { readonly who: "other"; readonly name: string };

interface Answer {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly csrf: string;
}

export interface SignInWatchOptions {
  /** The person's id. */
  readonly me: string;
  /** The CSRF token of a write. */
  readonly csrf: string;
  readonly fetch?: (address: string, init: RequestInit) => Promise<Response>;
}

const ADDRESS = "/accounts/session";
/** While signed out, asked again this often, in ms: signing in may happen in any window. */
const AGAIN = 2000;
/** The refusals that may mean that the session ended. */
const DOUBTFUL = new Set([401, 403, 404]);

const SIGNED_OUT_TEXT = "You are signed out. Sign in again; your edits are kept.";

const ME: SignedIn = { who: "me" };

export class SignInWatch {
  private readonly store = createStore<SignedIn>(() => ME);
  readonly state: Omit<StoreApi<SignedIn>, "setState"> = this.store;
  private csrf: string;
  private pending: Promise<SignedIn> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SignInWatchOptions) {
    this.csrf = options.csrf;
  }

  /** The CSRF token of a write of this person; signing in again makes another. */
  get token(): string {
    return this.csrf;
  }

  /** A socket was refused because the session is not this person's. */
  onRefusal(): void {
    if (this.store.getState().who === "me") this.become({ who: "nobody" });
  }

  /** Ask whose session it is; several who ask at once share the answer. Who cannot be reached changes nothing. */
  check(): Promise<SignedIn> {
    this.pending ??= this.ask().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  /** Explains a refused request: that one is signed out, where that is why. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof Problem) || !DOUBTFUL.has(error.status)) return error;
    const signedIn = await this.check();
    return signedIn.who === "me" ? error : new Problem(401, "You are signed out", sentenceFor(signedIn));
  }

  private async ask(): Promise<SignedIn> {
    clearTimeout(this.timer);
    try {
      const { fetch = (address, init) => globalThis.fetch(address, init) } = this.options;
      const response = await fetch(ADDRESS, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (response.ok) this.receive((await response.json()) as Answer);
    } catch {
      // The network is gone, which says nothing of the session.
    }
    this.checkLater();
    return this.store.getState();
  }

  private receive({ person, csrf }: Answer): void {
    if (person === null) this.become({ who: "nobody" });
    else if (person.id !== this.options.me) this.become({ who: "other", name: person.name });
    else {
      this.csrf = csrf;
      this.become(ME);
    }
  }

  private checkLater(): void {
    clearTimeout(this.timer);
    if (this.store.getState().who !== "me") this.timer = setTimeout(() => void this.check(), AGAIN);
  }

  private become(signedIn: SignedIn): void {
    const before = this.store.getState();
    const isSame =
      signedIn.who === before.who &&
      (signedIn.who !== "other" || before.who !== "other" || signedIn.name === before.name);
    if (isSame) return;
    this.store.setState(signedIn, true);
    this.checkLater();
  }
}

/** The sentence for a person whose session ended. */
export function sentenceFor(signedIn: SignedIn): string {
  return signedIn.who === "other"
    ? `${signedIn.name} is signed in in this browser now. Your edits are kept here and are not sent in another's name.`
    : SIGNED_OUT_TEXT;
}
