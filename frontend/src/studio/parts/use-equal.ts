// A value that comes again and again, as the object that it was before while it says the same.
import { useState } from "react";

/** What draws the value is not drawn again for an equal one. For values of JSON. */
export function useEqual<Value>(value: Value): Value {
  const [before, keep] = useState(value);
  if (value === before || JSON.stringify(value) === JSON.stringify(before)) return before;
  keep(value);
  return value;
}
