// The meaning of a press and a release of the button: to hold it, or to tap it once to begin and once to end. Pure.

/** Milliseconds: a shorter press is a tap, after which recording goes on until the next one. */
export const TAP = 300;

export type ButtonState =
  | { readonly name: "idle" }
  | { readonly name: "held"; readonly since: number }
  /** It was tapped: recording goes on without a finger on it. */
  | { readonly name: "tapped" };

export const IDLE: ButtonState = { name: "idle" };

export function afterPress(state: ButtonState, now: number): ButtonState {
  return state.name === "idle" ? { name: "held", since: now } : IDLE;
}

export function afterRelease(state: ButtonState, now: number): ButtonState {
  if (state.name !== "held") return state;
  return now - state.since < TAP ? { name: "tapped" } : IDLE;
}
