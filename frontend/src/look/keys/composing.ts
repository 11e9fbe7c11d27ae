// Keys while an input method writes Japanese, Chinese or Korean.

type Key = Pick<KeyboardEvent, "isComposing" | "keyCode">;

/** The number of every key that goes to an input method. */
const OF_METHOD = 229;

/**
 * Whether a key belongs to the input method, such as Enter that ends a composition: it is no command then. Safari ends the
 * composition before it gives that Enter, which only its number tells.
 */
export function isComposing(key: Key): boolean {
  return key.isComposing || key.keyCode === OF_METHOD;
}
