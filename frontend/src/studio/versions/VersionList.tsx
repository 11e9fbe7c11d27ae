// The versions in a list, the newest first: who, when, what was said, and what was built of each.
import type { Version } from "../../api/schema";
import { Bookmark, Clock, Hammer, Tag } from "lucide-react";
import { ago, count } from "../format/quantities";
import { titleOf, type VersionPair } from "./comparison";

interface VersionListProps {
  readonly versions: readonly Version[];
  readonly pair: VersionPair;
  readonly now: number;
  readonly hasMore: boolean;
  readonly onMore: () => void;
  /** Compare a version with now. */
  readonly onSince: (number: number) => void;
  /** Show what changed in a version. */
  readonly onIn: (version: Version) => void;
}

const MOODS: Readonly<Record<string, string>> = {
  succeeded: "ok",
  failed: "bad",
  lost: "bad",
  queued: "info",
  running: "info",
};

export function VersionList({ versions, pair, now, hasMore, onMore, onSince, onIn }: VersionListProps) {
  return (
    <nav className="version-list" aria-label="All versions">
      <ul className="plain">
        {versions.map((version) => {
          const isShown = pair.from === version.number || pair.to === version.number;
          const authorName = (version.saved_by ?? version.author)?.name ?? version.original_authors.join(", ");
          return (
            <li key={version.number} className={isShown ? "version on" : "version"}>
              <button
                type="button"
                className="version-main"
                aria-current={isShown ? "true" : undefined}
                onClick={() => onSince(version.number)}
              >
                <span className="row">
                  {version.automatic ? (
                    <Clock className="icon" aria-hidden="true" />
                  ) : version.saved_at === null ? (
                    <Hammer className="icon" aria-hidden="true" />
                  ) : (
                    <Bookmark className="icon" aria-label="Saved manually" />
                  )}
                  <b>Version {version.number}</b>
                  <span className="grow" />
                  <small className="muted">{ago(version.saved_at ?? version.created, now)}</small>
                </span>
                {titleOf(version) !== "" && <span className="version-message">{titleOf(version)}</span>}
                <small className="muted">
                  {authorName === "" ? "" : `${authorName} · `}
                  {count(version.files, "file")}
                </small>
              </button>
              <span className="row wrap version-foot">
                {version.builds.slice(0, 3).map((build) => (
                  <a
                    key={build.id}
                    className={`tag ${MOODS[build.state] ?? ""}`}
                    href={build.url}
                    aria-label={`Build ${build.number}, ${build.state}`}
                  >
                    Build {build.number}
                  </a>
                ))}
                {version.builds.length > 3 && <small className="muted">{version.builds.length - 3} more</small>}
                {version.tags.map((tag) => (
                  <span key={tag} className="tag info">
                    <Tag aria-hidden="true" />
                    {tag}
                  </span>
                ))}
                <span className="grow" />
                <button
                  type="button"
                  className="button quiet"
                  aria-label={`What changed in version ${version.number}`}
                  onClick={() => onIn(version)}
                >
                  What changed
                </button>
              </span>
            </li>
          );
        })}
      </ul>
      {hasMore && (
        <button type="button" className="button" onClick={onMore}>
          Earlier versions
        </button>
      )}
    </nav>
  );
}
