// The server's answers to the player; forge/player/api.py writes them.

/** A rune that can be run. */
export interface RunnableRune {
  readonly title: string;
  /** Null for the text as it is now. */
  readonly tag: string | null;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes that the build planned. */
  readonly memory: number;
  readonly created: string;
  readonly url: string;
}

export interface PlayerState {
  readonly project: { readonly organisation: string; readonly name: string; readonly url: string };
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly initials: string;
    readonly colour: number;
  } | null;
  /** How the person is known: by a session, or by the pass that a scanned code was changed for. */
  readonly by: "session" | "pass" | null;
  readonly may_pair: boolean;
  readonly now: RunnableRune | null;
  readonly tags: readonly RunnableRune[];
}
