// The ports of every stage, asked of the language after each check. Until an answer is there the last one stands.
import { useEffect, useState } from "react";
import type { Outline } from "../api/types";
import type { StagePorts } from "./answers";
import type { GraphLanguage } from "./graph-language";

const NONE: ReadonlyMap<string, StagePorts> = new Map();

/** With `isAsked` false nothing is asked: the wires of the outline say enough to draw it. */
export function usePorts(language: GraphLanguage, outline: Outline, isAsked: boolean): ReadonlyMap<string, StagePorts> {
  const [ports, setPorts] = useState(NONE);
  useEffect(() => {
    if (!isAsked) return;
    let wanted = true;
    language.ports().then(
      (found) => {
        const next = new Map(found.map((each) => [each.name, each]));
        // The same ports are the same object: nothing is laid out again for them.
        if (wanted) setPorts((before) => (JSON.stringify([...before]) === JSON.stringify([...next]) ? before : next));
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [language, outline, isAsked]);
  return ports;
}
