// A built rune as a page: what it says of itself, and running. Loaded when the first one is opened.
import { useEffect, useEffectEvent, useState } from "react";
import { runeFileOf, RuneTrial, type RuneFile } from "../../preview";
import { InlineCode } from "../../look/code/InlineCode";

interface RunePageProps {
  readonly name: string;
  /** Rejects with an Error whose message is for a person. */
  readonly read: () => Promise<ArrayBuffer>;
}

type State = { readonly file: RuneFile } | { readonly problem: string } | null;

/** Mounted anew for another file. */
export default function RunePage({ name, read }: RunePageProps) {
  const [state, setState] = useState<State>(null);
  const bytes = useEffectEvent(read);
  useEffect(() => {
    let isUnmounted = false;
    void bytes()
      .then((data) => ({ file: runeFileOf(name, data) }))
      .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }))
      .then((next) => (isUnmounted ? undefined : setState(next)));
    return () => {
      isUnmounted = true;
    };
  }, [name]);
  if (state === null) return <p className="muted">Reading {name}…</p>;
  if ("problem" in state) {
    return (
      <p className="notice bad" role="alert">
        <InlineCode>{state.problem}</InlineCode>
      </p>
    );
  }
  return <RuneTrial file={state.file} isLarge={false} />;
}
