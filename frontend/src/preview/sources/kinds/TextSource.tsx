// Text as bytes: UTF-8, with zeros behind it.
import { counted } from "../../../look/plural";
import { useEffect, useId, useState } from "react";
import type { SourceProps } from "../source";

export function TextSource({ request, onInput }: SourceProps) {
  const [text, setText] = useState("");
  const id = useId();
  const bytes = new TextEncoder().encode(text);
  const isCut = bytes.length > request.size;

  useEffect(() => {
    const data = new Uint8Array(request.size);
    data.set(new TextEncoder().encode(text).subarray(0, request.size));
    onInput(data.buffer);
  }, [text, request.size, onInput]);

  return (
    <div className="field">
      <label htmlFor={id}>Text</label>
      <textarea id={id} value={text} onChange={(event) => setText(event.target.value)} />
      <span className="small muted" role="status">
        {isCut
          ? `Only the first ${request.size} of ${counted(bytes.length, "byte")} are read.`
          : `${bytes.length} of ${counted(request.size, "byte")}`}
      </span>
    </div>
  );
}
