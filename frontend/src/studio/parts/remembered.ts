// A small choice of this browser (a panel's size, a view), kept for the next visit. Never anything that matters.
import { useState } from "react";

const PREFIX = "hammer-forge studio ";

function read<Value>(name: string, usual: Value, isValue: (value: unknown) => value is Value): Value {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    return isValue(value) ? value : usual;
  } catch {
    return usual;
  }
}

export function useRemembered<Value>(
  name: string,
  usual: Value,
  isValue: (value: unknown) => value is Value,
): [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => read(name, usual, isValue));
  const remember = (next: Value): void => {
    setValue(next);
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(next));
    } catch {
      // A browser that keeps nothing shows the usual sizes next time.
    }
  };
  return [value, remember];
}

export function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
