// A small choice of this browser (a panel's size, a view), kept for the next visit. Never anything that matters.
import { useState } from "react";

const PREFIX = "hammer-forge studio ";

export interface Preference<Value> {
  readonly read: () => Value;
  readonly save: (value: Value) => void;
}

/** `usual` where nothing is kept, or what could not be this value. */
export function preference<Value>(
  name: string,
  usual: Value,
  isValue: (value: unknown) => value is Value,
): Preference<Value> {
  return {
    read: () => {
      try {
        const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
        return isValue(value) ? value : usual;
      } catch {
        return usual;
      }
    },
    save: (value) => {
      try {
        localStorage.setItem(PREFIX + name, JSON.stringify(value));
      } catch {
        // A browser that keeps nothing shows what is usual next time.
      }
    },
  };
}

export function useRemembered<Value>(
  name: string,
  usual: Value,
  isValue: (value: unknown) => value is Value,
): [Value, (value: Value) => void] {
  const [choice] = useState(() => preference(name, usual, isValue));
  const [value, setValue] = useState(choice.read);
  const remember = (next: Value): void => {
    setValue(next);
    choice.save(next);
  };
  return [value, remember];
}

export function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
