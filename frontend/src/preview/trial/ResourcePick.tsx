// A file that a rune reads from its host: what is true of it, and a button to give one.
import { FolderOpen } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { InspectedResource } from "../../runtime";
import { sizeText } from "../readings/numbers";
import { LastChoice } from "../sources/files/last-choice";

interface Props {
  readonly resource: InspectedResource;
  readonly onData: (data: ArrayBuffer) => void;
}

const LARGEST = 64 << 20;

export function ResourcePick({ resource, onData }: Props) {
  const { name, hasDefault, isBinary } = resource;
  const field = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState<{ readonly text: string; readonly isProblem: boolean } | null>(null);
  const noteId = useId();
  const usual = hasDefault
    ? "The rune contains a default; you can choose another file."
    : "The rune contains no default.";

  const [lastChoice] = useState(() => new LastChoice());
  useEffect(() => lastChoice.forget, [lastChoice]);
  const takeFile = (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > LARGEST) {
      lastChoice.forget();
      setNote({ text: `${file.name} is larger than ${sizeText(LARGEST)}.`, isProblem: true });
      return;
    }
    lastChoice.follow(
      file.arrayBuffer(),
      (data) => {
        setNote({ text: `${file.name}, ${sizeText(data.byteLength)}`, isProblem: false });
        onData(data);
      },
      () => setNote({ text: `${file.name} could not be read. Choose it again.`, isProblem: true }),
    );
  };
  return (
    <div className="row wrap">
      <button type="button" className="button" aria-describedby={noteId} onClick={() => field.current?.click()}>
        <FolderOpen aria-hidden="true" />
        {`Choose a ${isBinary ? "" : "text "}file for ${name}`}
      </button>
      <input
        ref={field}
        type="file"
        hidden
        aria-label={`A file for ${name}`}
        onChange={(event) => {
          takeFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <span id={noteId} className={note?.isProblem === true ? "small preview-bad" : "small muted"} role="status">
        {note?.text ?? usual}
      </span>
    </div>
  );
}
