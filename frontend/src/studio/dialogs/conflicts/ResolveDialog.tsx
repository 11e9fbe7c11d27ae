// The conflicts of a change request, one after the other: both sides beside each other, and what stands there after the
// merge. Each choice is kept at once, and can be made again until it is merged; both sides stay in the history.
import type { Read } from "../../../api/request";
import type { Conflict, MergeSide, OpenChangeRequest } from "../../../api/schema";
import { Check } from "lucide-react";
import { useEffect, useState } from "react";
import { changeRequest, resolveConflict, startOver } from "../../api/conflicts";
import { sentenceOf } from "../../api/problem";
import { Dialog } from "../../parts/dialog/Dialog";
import { count } from "../../format/quantities";
import { useMayEdit, useStudio } from "../../context/studio";
import { SideText } from "./SideBySide";
import { nextUnresolved, placeOf, shownSide, sideLabels, startOfText } from "./steps";
import "./resolve.css";

interface ResolveDialogProps {
  /** The identifier of the change request. */
  readonly id: string;
}

export default function ResolveDialog({ id }: ResolveDialogProps) {
  const { workspace, dialogs } = useStudio();
  const { client } = workspace;
  const mayEdit = useMayEdit();
  const [read, setRead] = useState<Read<OpenChangeRequest> | null>(null);
  const [at, setAt] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const [isBusy, setIsBusy] = useState(false);

  useEffect(() => {
    let isOpen = true;
    changeRequest(client, id).then(
      (answer) => isOpen && setRead(answer),
      (error: unknown) => isOpen && setWrong(sentenceOf(error)),
    );
    return () => {
      isOpen = false;
    };
  }, [client, id]);

  const request = read?.value ?? null;
  const etag = read?.etag ?? "";
  const conflicts = request?.conflicts ?? [];
  const shownConflict =
    conflicts.find(({ key }) => key === at) ?? conflicts.find(({ side }) => side === null) ?? conflicts[0];
  const remaining = conflicts.filter(({ side }) => side === null).length;

  /** Answers whether it is kept; what was typed stays where it is not. */
  const save = (response: Promise<Read<OpenChangeRequest>>, after: string | null): Promise<boolean> => {
    setIsBusy(true);
    setWrong("");
    return response
      .then(
        (answer) => {
          setRead(answer);
          setAt(after === null ? null : (nextUnresolved(answer.value.conflicts, after) ?? after));
          return true;
        },
        async (error: unknown) => {
          setWrong(sentenceOf(error));
          // A side may say something else by now: what there is to choose is read again.
          setRead(await changeRequest(client, id).catch(() => read));
          return false;
        },
      )
      .finally(() => setIsBusy(false));
  };

  return (
    <Dialog
      title={request === null ? "Conflicts" : `Conflicts of “${request.title}”`}
      onClose={dialogs.close}
      className="resolve"
    >
      {request === null && wrong === "" && <p className="muted">Loading both sides…</p>}
      {wrong !== "" && (
        <div className="notice bad" role="alert">
          {wrong}
        </div>
      )}
      {request !== null && (
        <>
          <p className="small muted" role="status">
            {conflicts.length === 0
              ? request.state === "open"
                ? "Nothing is in conflict: what only one side changed is merged."
                : `This change request is ${request.state}.`
              : remaining === 0
                ? "No conflict is left. Build the merged result to try and review it."
                : `${count(remaining, "conflict")} left of ${conflicts.length}. Nothing is lost: both sides stay in the history.`}
          </p>
          {shownConflict !== undefined && (
            <div className="resolve-sides">
              <nav aria-label="Conflicts" className="stack">
                {conflicts.map((each) => (
                  <button
                    key={each.key}
                    type="button"
                    className="button quiet row"
                    aria-current={each.key === shownConflict.key ? "true" : undefined}
                    onClick={() => setAt(each.key)}
                  >
                    <span className="grow cut">{each.name}</span>
                    {each.side === null ? (
                      <span className="tag bad">Choose</span>
                    ) : (
                      <span className="tag ok">
                        <Check className="icon" aria-hidden="true" />
                        {sideLabels(request)[each.side]}
                      </span>
                    )}
                  </button>
                ))}
              </nav>
              <ConflictItem
                key={shownConflict.key}
                conflict={shownConflict}
                labels={sideLabels(request)}
                mayEdit={mayEdit && !isBusy}
                onChoose={(side, text) =>
                  save(resolveConflict(client, id, shownConflict.key, side, text, etag), shownConflict.key)
                }
              />
            </div>
          )}
          <div className="row wrap between">
            {mayEdit && remaining < conflicts.length ? (
              <button
                type="button"
                className="button quiet"
                disabled={isBusy}
                onClick={() => void save(startOver(client, id, etag), null)}
              >
                Start over
              </button>
            ) : (
              <span />
            )}
            <a className={remaining === 0 ? "button primary" : "button"} href={request.url}>
              {remaining === 0 ? "Build, review and merge" : "Back to the change request"}
            </a>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface ConflictItemProps {
  readonly conflict: Conflict;
  readonly labels: Readonly<Record<MergeSide, string>>;
  readonly mayEdit: boolean;
  readonly onChoose: (side: MergeSide, text: string) => Promise<boolean>;
}

function ConflictItem({ conflict, labels, mayEdit, onChoose }: ConflictItemProps) {
  const [writtenText, setWrittenText] = useState<string | null>(null);
  const ours = shownSide(conflict, conflict.ours);
  const theirs = shownSide(conflict, conflict.theirs);
  const isText = conflict.kind !== "file";
  return (
    <section className="stack" aria-label={conflict.name}>
      <div className="row between wrap">
        <h3>{conflict.name}</h3>
        <span className="small muted mono">{placeOf(conflict)}</span>
      </div>
      <div className="resolve-both">
        <SideText label={labels.ours} base={conflict.base ?? ""} {...ours} />
        <SideText label={labels.theirs} base={conflict.base ?? ""} {...theirs} />
      </div>
      {isText && conflict.base !== null && (
        <details>
          <summary className="small">What both had</summary>
          <pre className="mono small" tabIndex={0}>
            {conflict.base}
          </pre>
        </details>
      )}
      {writtenText !== null && (
        <textarea
          className="input mono"
          rows={8}
          spellCheck={false}
          aria-label={`The text that replaces ${conflict.name}`}
          value={writtenText}
          autoFocus
          onChange={({ target }) => setWrittenText(target.value)}
        />
      )}
      <div className="row wrap">
        {writtenText === null
          ? conflict.sides.map((side) =>
              side === "written" ? (
                <button
                  key={side}
                  type="button"
                  className="button"
                  disabled={!mayEdit}
                  onClick={() => setWrittenText(startOfText(conflict))}
                >
                  Edit
                </button>
              ) : (
                <button
                  key={side}
                  type="button"
                  className="button"
                  aria-pressed={conflict.side === side}
                  disabled={!mayEdit}
                  onClick={() => void onChoose(side as MergeSide, "")}
                >
                  {labels[side as MergeSide]}
                </button>
              ),
            )
          : [
              <button
                key="save"
                type="button"
                className="button primary"
                disabled={!mayEdit}
                onClick={() => void onChoose("written", writtenText).then((isSaved) => isSaved && setWrittenText(null))}
              >
                Use this text
              </button>,
              <button key="back" type="button" className="button quiet" onClick={() => setWrittenText(null)}>
                Cancel
              </button>,
            ]}
      </div>
    </section>
  );
}
