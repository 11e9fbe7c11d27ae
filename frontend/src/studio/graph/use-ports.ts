// The ports of every stage and the form of their text, asked of the language after each check. Until an answer is there the last one stands.
import type { Outline } from "../../api/schema";
import { useEffect, useState } from "react";
import type { StagePorts } from "../edits/graph-requests";
import type { GraphLanguage } from "../edits/graph-language";

export interface KnownPorts {
  /** The text's form; null while it is not known. */
  readonly form: string | null;
  readonly ports: ReadonlyMap<string, StagePorts>;
}

const NONE: KnownPorts = { form: null, ports: new Map() };

/** With `isAsked` false nothing is asked: the wires of the outline say enough to draw it. */
export function usePorts(language: GraphLanguage, outline: Outline, isEnabled: boolean): KnownPorts {
  const [knownPorts, setKnownPorts] = useState(NONE);
  useEffect(() => {
    if (!isEnabled) return;
    let isActive = true;
    language.ports().then(
      (answer) => {
        const next: KnownPorts = { form: answer.form, ports: new Map(answer.stages.map((each) => [each.name, each])) };
        // The same ports are the same object: nothing is laid out again for them.
        if (isActive) setKnownPorts((before) => (toText(before) === toText(next) ? before : next));
      },
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [language, outline, isEnabled]);
  return knownPorts;
}

function toText({ form, ports }: KnownPorts): string {
  return JSON.stringify([form, ...ports]);
}
