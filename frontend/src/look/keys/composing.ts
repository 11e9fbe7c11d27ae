// Keys while an input method writes Japanese, Chinese or Korean.

type Key = Pick<KeyboardEvent, "isComposing" | "keyCode">;

/** The number that stands for a key that an input method has taken. */
const TAKEN = 229;

/**
 * Whether a key belongs to the input method, such as Enter that ends a composition: it is no command then. Safari ends the
 * composition before it gives that Enter, which only its number tells.
 */
export function isComposing(key: Key): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
  return key.isComposing || key.keyCode === TAKEN;
}
