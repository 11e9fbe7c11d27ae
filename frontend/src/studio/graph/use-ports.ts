// The ports of every stage, asked of the language after each check. Until an answer is there the last one stands.
import { useEffect, useState } from "react";
import type { Outline } from "../api/types";
import type { StagePorts } from "./answers";
import type { GraphLanguage } from "./graph-language";

const NONE: ReadonlyMap<string, StagePorts> = new Map();

export function usePorts(language: GraphLanguage, outline: Outline): ReadonlyMap<string, StagePorts> {
  const [ports, setPorts] = useState(NONE);
  useEffect(() => {
    let wanted = true;
    language.ports().then(
      (found) => wanted && setPorts(new Map(found.map((each) => [each.name, each]))),
      // The wires of the outline say enough to draw it.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [language, outline]);
  return ports;
}
