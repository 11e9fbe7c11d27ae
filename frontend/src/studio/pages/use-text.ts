// The words of a shared text, read again a moment after they changed, for pages that show them in another form.
import { useEffect, useState } from "react";
import type * as Y from "yjs";

/** Milliseconds of calm after which a page is drawn anew. */
const CALM = 150;

export function useText(text: Y.Text): string {
  const [snapshot, setSnapshot] = useState(() => ({ text, content: text.toJSON() }));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (): void => setSnapshot({ text, content: text.toJSON() });
    const onChange = (): void => {
      clearTimeout(timer);
      timer = setTimeout(read, CALM);
    };
    text.observe(onChange);
    read();
    return () => {
      clearTimeout(timer);
      text.unobserve(onChange);
    };
  }, [text]);
  return snapshot.text === text ? snapshot.content : text.toJSON();
}
