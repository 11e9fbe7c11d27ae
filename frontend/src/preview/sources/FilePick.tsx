// Choosing one file, by a button or by dropping it, and saying its name or what is wrong with it.
import { FolderOpen } from "lucide-react";
import { useId, useRef, useState, type DragEvent } from "react";

interface Props {
  readonly label: string;
  readonly accept: string;
  readonly hint: string;
  /** Reads the file; throws an Error whose message is for a person. */
  readonly onFile: (file: File) => Promise<string | null>;
}

const LARGEST = 64 * 1024 * 1024;

export function FilePick({ label, accept, hint, onFile }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState<{ text: string; isProblem: boolean } | null>(null);
  const [isOver, setOver] = useState(false);
  const noteId = useId();

  const take = (file: File | undefined) => {
    if (file === undefined) return;
    const problem = (error: unknown) => setNote({ text: error instanceof Error ? error.message : String(error), isProblem: true });
    if (file.size > LARGEST) {
      problem(new Error(`${file.name} is larger than 64 MB.`));
      return;
    }
    onFile(file).then((more) => setNote({ text: more === null ? file.name : `${file.name}. ${more}`, isProblem: false }), problem);
  };

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };

  return (
    <div
      className={isOver ? "preview-drop over" : "preview-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <button type="button" className="button" onClick={() => field.current?.click()} aria-describedby={noteId}>
        <FolderOpen aria-hidden="true" />
        {label}
      </button>
      <input
        ref={field}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <span id={noteId} className={note?.isProblem === true ? "small preview-bad" : "small muted"} role="status">
        {note?.text ?? hint}
      </span>
    </div>
  );
}
