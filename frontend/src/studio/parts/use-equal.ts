// A value that comes again and again, as the object that it was before while it says the same.
import { useState } from "react";

/** Returns the earlier object for an equal value, so that the component that draws it does not draw again. For values of JSON. */
export function useEqual<Value>(value: Value): Value {
  const [before, keep] = useState(value);
  if (value === before || JSON.stringify(value) === JSON.stringify(before)) return before;
  keep(value);
  return value;
}
