// The models of forge.yml as the language reads them, again a moment after the text changed.
import { useEffect, useState } from "react";
import type * as Y from "yjs";
import { reasonOf } from "../../edits/edit-queue";
import type { ModelEntries, ModelEntriesAnswer } from "../../edits/model-entries";
import { useText } from "../use-text";

interface Read {
  readonly answer: ModelEntriesAnswer | null;
  /** Why they could not be read; "" where they were. */
  readonly error: string;
}

/** The answer is null until the first one is here. `reread` asks at once, after an edit of one's own. */
export function useEntries(entries: ModelEntries, text: Y.Text): Read & { readonly reread: () => void } {
  const content = useText(text);
  const [edits, setEdits] = useState(0);
  const [read, setRead] = useState<Read>({ answer: null, error: "" });
  useEffect(() => {
    let isActive = true;
    entries.read().then(
      (answer) => isActive && setRead({ answer, error: "" }),
      (error: unknown) => isActive && setRead((before) => ({ ...before, error: reasonOf(error) })),
    );
    return () => {
      isActive = false;
    };
  }, [entries, content, edits]);
  return { ...read, reread: () => setEdits((count) => count + 1) };
}
