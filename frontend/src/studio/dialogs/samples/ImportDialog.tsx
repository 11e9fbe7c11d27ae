// Labelled recordings become samples: a folder, a CSV with its recordings, or a .zip of either. Its person sees what would come in and
// what is refused, reads the terms, and only then brings it in, all at once.
import type { SampleImportPreview, SamplesImported, SampleTerms } from "../../../api/schema";
import { FileStack, FolderUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { ProjectClient } from "../../api/client";
import { Problem, sentenceOf } from "../../api/problem";
import { choose } from "../../parts/files/choose";
import { Dialog } from "../../parts/dialog/Dialog";
import { useFileDrop } from "../../parts/files/use-drop";
import { count } from "../../format/quantities";
import type { NamedFile } from "../../../look/files/incoming-files";
import { sampleArchive, type SampleArchive } from "../../session/samples/archive";
import { IncomingList } from "./IncomingList";
import "../../styles/files/samples.css";
import { InlineCode } from "../../../look/code/InlineCode";

interface ImportDialogProps {
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  /** The files that were dropped; null to ask for them. */
  readonly dropping: Promise<readonly NamedFile[]> | null;
  readonly client: ProjectClient;
  /** Bytes that one request may have. */
  readonly limit: number;
  readonly onImported: (result: SamplesImported) => void;
  readonly onClose: () => void;
}

const DAYS = 90;

/** An archive that was looked at. */
interface ImportCandidate {
  readonly archive: SampleArchive;
  readonly preview: SampleImportPreview;
  /** Null while they are read anew. */
  readonly terms: SampleTerms | null;
}

/** The work under way, and how much of it was sent, from 0 to 1. */
interface Work {
  readonly words: string;
  readonly share: number;
}

/** An answer that never came leaves it open; a refusal does not. */
function whatIsThere(error: unknown): string {
  const isRefused = error instanceof Problem && error.status > 0;
  return isRefused ? "Nothing was imported." : "The list of samples says whether they were imported.";
}

const READING: Work = { words: "Reading", share: 0 };

export default function ImportDialog(props: ImportDialogProps) {
  const { labels, dropping, client, limit, onImported, onClose } = props;
  const [incoming, setIncoming] = useState(dropping);
  const [candidate, setCandidate] = useState<ImportCandidate | null>(null);
  const [work, setWork] = useState<Work | null>(dropping === null ? null : READING);
  const [problem, setProblem] = useState<string | null>(null);
  const agree = useRef<HTMLButtonElement>(null);
  const importing = useRef<AbortController>(null);

  useEffect(() => {
    if (incoming === null) return undefined;
    const stopping = new AbortController();
    const { signal } = stopping;
    const show = (share: number): void => setWork({ words: share < 1 ? "Sending" : "Reading", share });
    const readArchive = async (): Promise<ImportCandidate> => {
      const archive = await sampleArchive(await incoming, limit);
      show(0);
      const preview = await client.previewSamples(archive.file, { limit, onProgress: show, signal });
      return { archive, preview, terms: await client.sampleTerms(DAYS) };
    };
    readArchive()
      .then(
        (answer) => !signal.aborted && setCandidate(answer),
        (error: unknown) => !signal.aborted && setProblem(sentenceOf(error)),
      )
      .finally(() => !signal.aborted && setWork(null));
    return () => stopping.abort();
  }, [client, limit, incoming]);
  useEffect(() => agree.current?.focus(), [candidate]);
  useEffect(() => () => importing.current?.abort(), []);

  const read = (droppedFiles: Promise<readonly NamedFile[]>): void => {
    setCandidate(null);
    setProblem(null);
    setWork(READING);
    setIncoming(droppedFiles);
  };
  const isImporting = work !== null && candidate !== null;
  const drop = useFileDrop(isImporting ? null : read);
  const send = ({ archive, terms }: ImportCandidate): void => {
    if (terms === null) return;
    importing.current = new AbortController();
    const { signal } = importing.current;
    setProblem(null);
    const onProgress = (share: number): void => setWork({ words: share < 1 ? "Sending" : "Storing", share });
    onProgress(0);
    client.importSamples(archive.file, terms, { limit, onProgress, signal }).then(
      (result) => {
        onImported(result);
        onClose();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        setWork(null);
        setProblem(`${sentenceOf(error)} ${whatIsThere(error)}`);
        // Who will see them may have changed meanwhile: it is read anew.
        client.sampleTerms(DAYS).then(
          (terms) => setCandidate((before) => before && { ...before, terms }),
          () => setCandidate((before) => before && { ...before, terms: null }),
        );
      },
    );
  };

  const newCount = candidate?.preview.samples.length ?? 0;
  return (
    <Dialog title="Import samples" onClose={onClose}>
      <div {...drop.props} className="stack">
        <div className={`stack samples-drop${drop.isOver ? " over" : ""}`}>
          <p>
            <b>Drop a folder here</b> with a folder for each label in it, or a CSV with the columns file, label and, if
            wanted, split, together with its recordings. A .zip of either works too.
          </p>
          <div className="row wrap">
            <button
              type="button"
              className="button"
              data-first
              disabled={isImporting}
              onClick={() => choose(true, (incoming) => read(Promise.resolve(incoming)))}
            >
              <FolderUp aria-hidden="true" />
              Choose a folder…
            </button>
            <button
              type="button"
              className="button"
              disabled={isImporting}
              onClick={() => choose(false, (incoming) => read(Promise.resolve(incoming)))}
            >
              <FileStack aria-hidden="true" />
              Choose files…
            </button>
          </div>
        </div>
        {candidate !== null && (
          <>
            <p>
              From <b className="written">{candidate.archive.title}</b>:{" "}
              {newCount === 0 ? "nothing can be imported." : `${count(newCount, "sample")} will be imported.`}
            </p>
            <IncomingList preview={candidate.preview} labels={labels} />
          </>
        )}
        {newCount > 0 && candidate?.terms && (
          <p className="notice" aria-live="polite" aria-label="What you agree to">
            For each of them: {candidate.terms.text}
          </p>
        )}
        {work !== null && (
          <div className="stack">
            <p className="small muted" role="status">
              {work.words}…
            </p>
            <progress className="meter" max={1} value={work.share} aria-label={work.words} />
          </div>
        )}
        {problem !== null && (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        )}
        <div className="row wrap import-foot">
          <button type="button" className="button" onClick={onClose}>
            {isImporting ? "Stop" : "Do not import"}
          </button>
          {candidate !== null && newCount > 0 && (
            <button
              type="button"
              ref={agree}
              className="button primary"
              disabled={candidate.terms === null || isImporting}
              onClick={() => send(candidate)}
            >
              I agree, import {count(newCount, "sample")}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
