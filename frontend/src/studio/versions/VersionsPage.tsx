// The versions: listed at the left, compared at the right, restored from there. It stands where the text does.
import { Download, Save, X } from "lucide-react";
import { useEffect, useState } from "react";
import { sentenceOf } from "../api/problem";
import { useMayEdit, useStudio } from "../context/studio";
import { useNow } from "../parts/use-now";
import { ComparisonView } from "./ComparisonView";
import { changesIn, type ComparedVersion, type VersionPair } from "./comparison";
import { withNewest, withOlder, type VersionListing } from "./version-listing";
import { listVersions } from "./requests";
import { VersionList } from "./VersionList";
import "../styles/files/versions.css";
import { InlineCode } from "../../look/code/InlineCode";

export default function VersionsPage() {
  const { workspace, places, dialogs, nonce } = useStudio();
  const mayEdit = useMayEdit();
  const now = useNow();
  const [listing, setListing] = useState<VersionListing | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [chosenPair, setChosenPair] = useState<VersionPair | null>(null);

  const [round, setRound] = useState(0);
  const again = (): void => setRound((before) => before + 1);
  useEffect(() => {
    let isActive = true;
    listVersions(workspace.client).then(
      (page) => {
        if (!isActive) return;
        setError(null);
        setListing((before) => withNewest(before, page));
      },
      (problem: unknown) => isActive && setError(sentenceOf(problem)),
    );
    return () => {
      isActive = false;
    };
  }, [workspace, round]);
  useEffect(() => workspace.onVersion(() => setRound((before) => before + 1)), [workspace]);

  const next = listing?.next ?? null;
  const more = (): void => {
    if (next === null) return;
    listVersions(workspace.client, next).then(
      (page) => setListing((before) => withOlder(before, page)),
      (problem: unknown) => setError(sentenceOf(problem)),
    );
  };

  const versions = listing?.versions ?? [];
  const latest = versions[0];
  const pair: VersionPair | null = chosenPair ?? (latest === undefined ? null : { from: latest.number, to: "now" });
  const set = (from: ComparedVersion, to: ComparedVersion): void => setChosenPair({ from, to });

  return (
    <>
      <header className="versions-head">
        <h2>Versions</h2>
        <span className="grow" />
        {versions.length > 0 && (
          <a
            className="button quiet"
            href={workspace.client.repositoryAddress()}
            title="A .zip that is a Git repository: a commit for each version"
            download
          >
            <Download aria-hidden="true" />
            With history
          </a>
        )}
        {mayEdit && (
          <button type="button" className="button" onClick={() => dialogs.open({ what: "save-version" })}>
            <Save aria-hidden="true" />
            Save a version…
          </button>
        )}
        <button
          type="button"
          className="button quiet square"
          aria-label="Close the versions"
          title="Back to the text"
          onClick={places.hideVersions}
        >
          <X aria-hidden="true" />
        </button>
      </header>
      {error !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{error}</InlineCode>{" "}
          <button type="button" className="button" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {listing === null && error === null && <p className="panel-note muted">Loading the versions…</p>}
      {listing !== null && versions.length === 0 && (
        <div className="empty stack">
          <p>No versions yet.</p>
          <p className="muted">
            A version holds all files at one moment. Each build saves one; save one yourself before you try something.
          </p>
        </div>
      )}
      {pair !== null && (
        <div className="versions-body">
          <VersionList
            versions={versions}
            pair={pair}
            now={now}
            hasMore={next !== null}
            onMore={more}
            onSince={(number) => set(number, "now")}
            onIn={(version) => {
              const changes = changesIn(version, versions);
              if (changes !== null) setChosenPair(changes);
              else set(version.number, "now");
            }}
          />
          <ComparisonView
            key={`${pair.from} ${pair.to}`}
            workspace={workspace}
            versions={versions}
            pair={pair}
            nonce={nonce}
            mayEdit={mayEdit}
            now={now}
            onPair={set}
          />
        </div>
      )}
    </>
  );
}
