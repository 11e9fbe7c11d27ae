// A page on which any rune can be tried: its file is dropped or chosen, and runs here. Nothing of it is sent anywhere.
import { FolderOpen } from "lucide-react";
import { useEffect, useId, useRef, useState, type DragEvent } from "react";
import { takeHandedFile } from "../api/handed-file";
import { FromModel } from "./FromModel";
import { kindOf } from "./model-file";
import { readRuneFile, RuneTrial, type RuneFile } from "../preview";
import { LastChoice } from "../preview/sources/files/last-choice";
import { InlineCode } from "../look/code/InlineCode";

/** The end of the address where the page before this one handed a file over. */
const HANDED = "#handed";

type State =
  | { readonly file: RuneFile; readonly turn: number }
  | { readonly model: File; readonly turn: number }
  | { readonly problem: string }
  | null;

const turnAfter = (before: State): number => (before !== null && "turn" in before ? before.turn + 1 : 0);

/** Reads a chosen file as a rune or as a model. Rejects with an Error whose message is for a person. */
async function read(file: File): Promise<{ readonly file: RuneFile } | { readonly model: File }> {
  const kind = await kindOf(file);
  if (kind === "tflite") return { model: file };
  if (kind === "other-model")
    throw new Error(
      `${file.name} is a model, not a rune. Start a project from one in TensorFlow Lite (.tflite), or from a template, and add this one there.`,
    );
  return { file: await readRuneFile(file) };
}

export function Try() {
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<State>(null);
  const [isOver, setOver] = useState(false);
  const noteId = useId();
  const [lastChoice] = useState(() => new LastChoice());

  const recording = (file: File | undefined) => {
    if (file === undefined) return;
    lastChoice.follow(
      read(file),
      (content) => setState((before) => ({ ...content, turn: turnAfter(before) })),
      (error) => setState({ problem: error instanceof Error ? error.message : String(error) }),
    );
  };
  const recordingRef = useRef(recording);
  useEffect(() => {
    // A rune that was dropped on the page before this one.
    if (location.hash !== HANDED) return;
    history.replaceState(null, "", location.pathname);
    void takeHandedFile().then((file) => recordingRef.current(file ?? undefined));
  }, []);
  const onDrop = (event: DragEvent) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    setOver(false);
    recording(event.dataTransfer.files[0]);
  };
  const file = state !== null && "file" in state ? state.file : null;
  const problem = state !== null && "problem" in state ? state.problem : null;

  return (
    <div
      className="stack"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <div className={isOver ? "card roomy stack drop over" : "card roomy stack drop"}>
        <div className="row wrap">
          <button
            type="button"
            className={file === null ? "button primary big" : "button"}
            aria-describedby={noteId}
            onClick={() => field.current?.click()}
          >
            <FolderOpen aria-hidden="true" />
            {file === null ? "Choose a rune" : "Choose another rune"}
          </button>
          <span id={noteId} className="muted" role="status">
            {file === null
              ? "Or drop a .rune file here, or a .tflite model. This page reads it and sends it nowhere."
              : file.fileName}
          </span>
        </div>
        <input
          ref={field}
          type="file"
          accept=".rune,.wasm,.tflite"
          hidden
          aria-label="Choose a rune"
          onChange={(event) => {
            recording(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
        {problem !== null && (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        )}
      </div>
      {state !== null && "model" in state && <FromModel key={state.turn} file={state.model} />}
      {file !== null && state !== null && "turn" in state && (
        <section className="card roomy stack" aria-label="The rune">
          <h2>{file.contents.name ?? file.fileName}</h2>
          <RuneTrial key={state.turn} file={file} />
        </section>
      )}
    </div>
  );
}
