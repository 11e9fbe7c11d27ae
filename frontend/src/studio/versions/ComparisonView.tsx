// Two moments beside each other: what became of the pipeline, the models and the files, and the way back.
import type { Read } from "../../api/request";
import type { Comparison, FileChange, Version } from "../../api/schema";
import { ArrowRight, Download, RotateCcw } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { sentenceOf } from "../api/problem";
import { InlineCode } from "../../look/code/InlineCode";
import { sizeText } from "../../look/quantities";
import { ago, count } from "../format/quantities";
import { undoOfLastStep } from "../session/toasts/undo-action";
import type { Workspace } from "../session/workspace";
import { ModelComparison } from "./ModelComparison";
import { PipelineComparison } from "./PipelineComparison";
import { sideName, titleOf, type ComparedVersion, type VersionPair } from "./comparison";
import { archiveAddress, compare } from "./requests";
import { TextComparison } from "./TextComparison";

interface ComparisonViewProps {
  readonly workspace: Workspace;
  readonly versions: readonly Version[];
  readonly pair: VersionPair;
  readonly nonce: string;
  readonly mayEdit: boolean;
  readonly now: number;
  readonly onPair: (from: ComparedVersion, to: ComparedVersion) => void;
}

const MOODS: Readonly<Record<FileChange["change"], string>> = {
  added: "ok",
  removed: "bad",
  changed: "warn",
  renamed: "info",
};

/** Sentences that are read at once; the rest is behind a press. */
const SENTENCES = 6;

function SideChoice({
  label,
  side,
  versions,
  now,
  onSide,
}: {
  readonly label: string;
  readonly side: ComparedVersion;
  readonly versions: readonly Version[];
  readonly now: number;
  readonly onSide: (side: ComparedVersion) => void;
}) {
  const id = useId();
  const isListed = side === "now" || versions.some((version) => version.number === side);
  return (
    <span className="side-choice">
      <label htmlFor={id} className="aloud">
        {label}
      </label>
      <select
        id={id}
        value={String(side)}
        onChange={(event) => onSide(event.target.value === "now" ? "now" : Number(event.target.value))}
      >
        <option value="now">Now</option>
        {!isListed && <option value={String(side)}>Version {side}</option>}
        {versions.map((version) => (
          <option key={version.number} value={String(version.number)}>
            Version {version.number}
            {titleOf(version) === "" ? "" : `: ${titleOf(version)}`}, {ago(version.created, now)}
          </option>
        ))}
      </select>
    </span>
  );
}

export function ComparisonView({ workspace, versions, pair, nonce, mayEdit, now, onPair }: ComparisonViewProps) {
  const { from, to } = pair;
  const [read, setRead] = useState<Read<Comparison> | null>(null);
  const comparison = read?.value ?? null;
  const [error, setError] = useState<string | null>(null);
  const [shownPath, setShownPath] = useState<string | null>(null);
  const [isLong, setIsLong] = useState(false);
  const [round, setRound] = useState(0);

  useEffect(() => {
    let isActive = true;
    compare(workspace, from, to).then(
      (answer) => isActive && setRead(answer),
      (problem: unknown) => isActive && setError(sentenceOf(problem)),
    );
    return () => {
      isActive = false;
    };
  }, [workspace, from, to, round]);

  const restore = (version: number, paths: readonly string[] | null): void => {
    workspace.restore(version, paths, read?.etag ?? "").then(
      (isUndoable) => {
        workspace.toasts.say(
          paths === null
            ? `The files are as they were in version ${version}.`
            : `${paths.at(-1) ?? ""} is as it was in version ${version}.`,
          isUndoable ? undoOfLastStep(workspace) : undefined,
        );
        // Before this page's edit is stored, the server would compare with what was.
        const compareAgain = (): void => setRound((before) => before + 1);
        void workspace.waitUntilStored().then(compareAgain, compareAgain);
      },
      (problem: unknown) => {
        workspace.toasts.say(sentenceOf(problem));
        // Somebody edited the files meanwhile: what is compared is read again.
        setRound((before) => before + 1);
      },
    );
  };
  /** Restoring a version means the one that is not now; of two versions, the earlier. */
  const restorable = from === "now" ? (to === "now" ? null : to) : from;

  return (
    <div className="comparison" tabIndex={0} role="region" aria-label={`From ${sideName(from)} to ${sideName(to)}`}>
      <div className="row wrap comparison-head">
        <SideChoice label="From" side={from} versions={versions} now={now} onSide={(side) => onPair(side, to)} />
        <ArrowRight className="icon" aria-label="to" />
        <SideChoice label="To" side={to} versions={versions} now={now} onSide={(side) => onPair(from, side)} />
        <span className="grow" />
        {restorable !== null && (
          <>
            <a className="button" href={archiveAddress(workspace.client, restorable)} download>
              <Download aria-hidden="true" />
              Version {restorable} as .zip
            </a>
            {mayEdit && (
              <button
                type="button"
                className="button"
                disabled={read === null} // Restoring names the state that was compared.
                onClick={() => restore(restorable, null)}
              >
                <RotateCcw aria-hidden="true" />
                Restore version {restorable}
              </button>
            )}
          </>
        )}
      </div>
      {error !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{error}</InlineCode>{" "}
          <button
            type="button"
            className="button"
            onClick={() => {
              setError(null);
              setRound(round + 1);
            }}
          >
            Try again
          </button>
        </p>
      )}
      {comparison === null && error === null && <p className="muted">Comparing…</p>}
      {comparison !== null && comparison.files.length === 0 && (
        <p className="notice">No differences: the files are identical.</p>
      )}
      {comparison !== null && comparison.files.length > 0 && (
        <>
          <section className="card">
            <h3>In words</h3>
            <ul className="sentences">
              {comparison.sentences.slice(0, isLong ? undefined : SENTENCES).map((sentence) => (
                <li key={sentence}>
                  <InlineCode>{sentence}</InlineCode>
                </li>
              ))}
            </ul>
            {comparison.sentences.length > SENTENCES && !isLong && (
              <button type="button" className="button quiet" onClick={() => setIsLong(true)}>
                {`${comparison.sentences.length - SENTENCES} more`}
              </button>
            )}
          </section>
          {comparison.pipeline !== null && <PipelineComparison pipeline={comparison.pipeline} />}
          {comparison.models.length > 0 && (
            <ModelComparison models={comparison.models} from={sideName(from)} to={sideName(to)} />
          )}
          <section className="card">
            <h3>{count(comparison.files.length, "file")}</h3>
            <ul className="plain changed-files">
              {comparison.files.map((file) => (
                <li key={file.path}>
                  <div className="row wrap">
                    <button
                      type="button"
                      className="button quiet file-toggle"
                      aria-expanded={shownPath === file.path}
                      onClick={() => setShownPath(shownPath === file.path ? null : file.path)}
                    >
                      <span className={`tag ${MOODS[file.change]}`}>{file.change}</span>
                      <span className="mono cut">
                        {file.change === "renamed" ? `${file.old_path} → ${file.path}` : file.path}
                      </span>
                    </button>
                    <span className="grow" />
                    <small className="muted num">{sizesOf(file)}</small>
                    {mayEdit && typeof from === "number" && (
                      <button type="button" className="button" onClick={() => restore(from, pathsOf(file))}>
                        {file.change === "added" ? "Remove" : "Restore"}
                        <span className="aloud"> {file.path}</span>
                      </button>
                    )}
                  </div>
                  {shownPath === file.path && (
                    <TextComparison workspace={workspace} file={file} pair={pair} nonce={nonce} />
                  )}
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}

/** The paths that restoring a file needs: the one that it had, and the one that it has. */
function pathsOf(file: FileChange): readonly string[] {
  return file.old_path === null || file.old_path === file.path ? [file.path] : [file.path, file.old_path];
}

function sizesOf({ before, after }: FileChange): string {
  if (before === null || after === null) return sizeText((before ?? after)?.size ?? 0);
  return before.size === after.size ? sizeText(after.size) : `${sizeText(before.size)} → ${sizeText(after.size)}`;
}
