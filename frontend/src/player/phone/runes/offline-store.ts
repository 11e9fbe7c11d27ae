// The store of a project on a phone, which runs it without a network: the list of runes, and the last of them by
// digest. It holds only the project's own player, and is deleted when its person leaves, signs out or loses access.
import type { PlayerState } from "./types";

/** Signing out anywhere on this browser deletes it as well; see src/pages. */
export const CACHE = "player-kept";
const RUNES = 3;

/** The part of the browser's CacheStorage that is used; null where a page has none, as without HTTPS. */
export type RuneStorage = Pick<CacheStorage, "open" | "delete">;

export class OfflineStore {
  readonly #storage: RuneStorage | null;
  readonly #base: string;

  constructor(storage: RuneStorage | null, base: string) {
    this.#storage = storage;
    this.#base = base;
  }

  /** Keeps what there is to run. Another person's things go first. */
  async keepState(state: PlayerState): Promise<void> {
    if (this.#storage === null) return;
    const before = await this.state();
    if (before !== null && before.person?.id !== state.person?.id) await this.forgetAll();
    const cache = await this.#storage.open(CACHE);
    await cache.put(this.#stateAddress, new Response(JSON.stringify(state)));
  }

  async state(): Promise<PlayerState | null> {
    const response = await (await this.#storage?.open(CACHE))?.match(this.#stateAddress);
    return response === undefined ? null : ((await response.json()) as PlayerState);
  }

  /** Keeps a rune beside the two that were kept before it. */
  async keepRune(address: string, rune: ArrayBuffer): Promise<void> {
    if (this.#storage === null) return;
    const cache = await this.#storage.open(CACHE);
    // Put anew, it is the last of the keys.
    await cache.delete(address);
    await cache.put(address, new Response(rune));
    const runes = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith(`${this.#base}/runes/`));
    for (const old of runes.slice(0, -RUNES)) await cache.delete(old);
  }

  async rune(address: string): Promise<ArrayBuffer | null> {
    const response = await (await this.#storage?.open(CACHE))?.match(address);
    return response === undefined ? null : response.arrayBuffer();
  }

  /** Forgets the project. */
  async forget(): Promise<void> {
    const cache = await this.#storage?.open(CACHE);
    if (cache === undefined) return;
    for (const request of await cache.keys()) {
      if (new URL(request.url).pathname.startsWith(`${this.#base}/`)) await cache.delete(request);
    }
  }

  async forgetAll(): Promise<void> {
    await this.#storage?.delete(CACHE);
  }

  get #stateAddress(): string {
    return `${this.#base}/state`;
  }
}
