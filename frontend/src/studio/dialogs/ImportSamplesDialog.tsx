// A .zip of labelled recordings becomes samples: its person sees what would come in and what is refused, reads the terms, and only then sends it.
import type { Sample, SampleImportPreview, SampleTerms } from "../../api/schema";
import { useEffect, useId, useState } from "react";
import { sentenceOf } from "../api/problem";
import type { ProjectClient } from "../api/client";
import { Dialog } from "../parts/Dialog";
import { count } from "../parts/words";
import { isKnown } from "../session/samples";

interface ImportSamplesDialogProps {
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  readonly client: ProjectClient;
  readonly onImported: (samples: readonly Sample[]) => void;
  readonly onClose: () => void;
}

const DAYS = 90;
const NAMED = 8;

interface Group {
  readonly label: string;
  readonly split: string;
  readonly count: number;
}

/** How many come in of each label and split. */
function groups(samples: SampleImportPreview["samples"]): readonly Group[] {
  const found = new Map<string, Group>();
  for (const { label, split } of samples) {
    const key = `${label}\n${split}`;
    found.set(key, { label, split, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => a.label.localeCompare(b.label) || a.split.localeCompare(b.split));
}

export default function ImportSamplesDialog({ labels, client, onImported, onClose }: ImportSamplesDialogProps) {
  const id = useId();
  const [archive, setArchive] = useState<File | null>(null);
  const [found, setFound] = useState<SampleImportPreview | null>(null);
  const [terms, setTerms] = useState<SampleTerms | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);

  useEffect(() => {
    let wanted = true;
    if (archive === null) return;
    Promise.all([client.previewSamples(archive), client.sampleTerms(DAYS)]).then(
      ([preview, read]) => {
        if (!wanted) return;
        setFound(preview);
        setTerms(read);
      },
      (error: unknown) => wanted && setProblem(sentenceOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [client, archive]);

  const choose = (file: File | undefined): void => {
    setArchive(file ?? null);
    setFound(null);
    setProblem(null);
  };
  const send = (): void => {
    if (archive === null || terms === null) return;
    setSending(true);
    setProblem(null);
    client.importSamples(archive, terms).then(
      ({ samples }) => {
        onImported(samples);
        onClose();
      },
      (error: unknown) => {
        setSending(false);
        setProblem(sentenceOf(error));
        // Who will see them may have changed meanwhile: it is read anew.
        client.sampleTerms(DAYS).then(setTerms, () => setTerms(null));
      },
    );
  };

  const coming = found?.samples.length ?? 0;
  return (
    <Dialog title="Import samples" onClose={onClose}>
      <div className="field">
        <label htmlFor={`${id}-file`}>
          A .zip with a folder for each label, or with a CSV that lists file and label
        </label>
        <input
          id={`${id}-file`}
          className="input"
          data-first
          type="file"
          accept=".zip,application/zip"
          onChange={(event) => choose(event.target.files?.[0])}
        />
      </div>
      {archive !== null && found === null && problem === null && <p className="small muted">Reading the archive…</p>}
      {found !== null && <Found found={found} labels={labels} />}
      {coming > 0 && terms !== null && (
        <p className="notice" aria-live="polite" aria-label="What you agree to">
          For each of them: {terms.text}
        </p>
      )}
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Do not import
        </button>
        <button
          type="button"
          className="button primary"
          disabled={coming === 0 || terms === null || isSending}
          onClick={send}
        >
          {isSending ? "Importing…" : coming === 0 ? "Import" : `I agree, import ${count(coming, "sample")}`}
        </button>
      </div>
    </Dialog>
  );
}

/** What would come in, by label and split, and what is refused and why. */
function Found({ found, labels }: { readonly found: SampleImportPreview; readonly labels: readonly string[] }) {
  const { samples, refused } = found;
  return (
    <div className="stack" aria-live="polite">
      {samples.length > 0 && (
        <table className="num">
          <thead>
            <tr>
              <th scope="col">Label</th>
              <th scope="col">Split</th>
              <th scope="col">Samples</th>
            </tr>
          </thead>
          <tbody>
            {groups(samples).map((group) => (
              <tr key={`${group.label}\n${group.split}`}>
                <th scope="row" className="first written">
                  {group.label}
                  {labels.length > 0 && !isKnown(group.label, labels) && (
                    <small className="muted"> (the rune that runs has no such label)</small>
                  )}
                </th>
                <td>{group.split}</td>
                <td>{group.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {refused.length > 0 && (
        <div className="notice warn">
          <b>{count(refused.length, "file")} cannot come in</b>
          <ul className="said">
            {refused.slice(0, NAMED).map(({ name, reason }) => (
              <li key={name}>
                <span className="written">{name}</span>: {reason}
              </li>
            ))}
            {refused.length > NAMED && <li>{count(refused.length - NAMED, "more file")}</li>}
          </ul>
        </div>
      )}
    </div>
  );
}
