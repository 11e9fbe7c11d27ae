// Choosing one file, of this machine by a button or by dropping it, or of the project; and saying what is wrong with it.
import { FolderOpen } from "lucide-react";
import { useEffect, useId, useRef, useState, type DragEvent } from "react";
import { INPUT_BYTES } from "../../../declared/run-limits";
import { sizeText } from "../../../look/quantities";
import { useHost } from "../../host";
import { LastChoice } from "./last-choice";

/** A file that was read. */
export interface FileContent {
  /** A sentence about it, where there is one. */
  readonly note: string | null;
  /** Makes it the input. */
  readonly take: () => void;
}

interface Props {
  readonly label: string;
  readonly accept: string;
  /** Endings of the project's files that may fit, such as `.wav`. */
  readonly endings: readonly string[];
  readonly hint: string;
  /** Reads the file; throws an Error whose message is for a person. What it gives is taken if no other was chosen meanwhile. */
  readonly read: (file: File) => Promise<FileContent>;
}

export function FilePick({ label, accept, endings, hint, read }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState<{ text: string; isProblem: boolean } | null>(null);
  const [isOver, setOver] = useState(false);
  const noteId = useId();
  const own = useHost().files.filter(
    ({ path }) => endings.length === 0 || endings.some((ending) => path.toLowerCase().endsWith(ending)),
  );

  const [lastChoice] = useState(() => new LastChoice());
  useEffect(() => lastChoice.forget, [lastChoice]);
  const choose = (name: string, opening: () => Promise<File>) => {
    const reading = async (): Promise<FileContent> => {
      const file = await opening();
      if (file.size > INPUT_BYTES) throw new Error(`${name} is larger than ${sizeText(INPUT_BYTES)}.`);
      return read(file);
    };
    lastChoice.follow(
      reading(),
      ({ note: more, take }) => {
        take();
        setNote({ text: more === null ? name : `${name}. ${more}`, isProblem: false });
      },
      (error) => setNote({ text: error instanceof Error ? error.message : String(error), isProblem: true }),
    );
  };
  const takeFile = (file: File | undefined) => {
    if (file !== undefined) choose(file.name, () => Promise.resolve(file));
  };
  const takeOwn = (path: string) => {
    const chosenFile = own.find((file) => file.path === path);
    if (chosenFile !== undefined) choose(path, async () => new File([await chosenFile.read()], path));
  };

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    // A file that is dropped here is for the rune and not for the project.
    event.stopPropagation();
    setOver(false);
    takeFile(event.dataTransfer.files[0]);
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
      {own.length > 0 && (
        <select
          className="input preview-own"
          aria-label="A file of the project"
          value=""
          onChange={(event) => takeOwn(event.target.value)}
        >
          <option value="" disabled>
            Of the project…
          </option>
          {own.map(({ path }) => (
            <option key={path} value={path}>
              {path}
            </option>
          ))}
        </select>
      )}
      <input
        ref={field}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          takeFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <span id={noteId} className={note?.isProblem === true ? "small preview-bad" : "small muted"} role="status">
        {note?.text ?? hint}
      </span>
    </div>
  );
}
