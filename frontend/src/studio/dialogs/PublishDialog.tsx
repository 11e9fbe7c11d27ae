// Publishes a build under a tag, and then says how to fetch it.
import { useId, useState } from "react";
import { sentenceOf } from "../api/problem";
import type { Build, ProjectState } from "../api/types";
import { CopyField } from "../parts/CopyField";
import { Dialog } from "../parts/Dialog";
import { outside } from "./ShareDialog";

interface PublishDialogProps {
  readonly session: Pick<ProjectState, "project" | "public_url" | "tags">;
  readonly build: Build;
  readonly onPublish: (tag: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** OCI's grammar of a tag. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** The next version after the newest that looks like one: 0.1.0, then 0.1.1. */
export function nextTag(tags: readonly { readonly tag: string }[]): string {
  const versions = tags.flatMap(({ tag }) => {
    const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(tag);
    return match === null ? [] : [match.slice(1).map(Number)];
  });
  versions.sort((one, other) => (other[0] ?? 0) - (one[0] ?? 0) || (other[1] ?? 0) - (one[1] ?? 0) || (other[2] ?? 0) - (one[2] ?? 0));
  const [newest] = versions;
  return newest === undefined ? "0.1.0" : `${newest[0]}.${newest[1]}.${(newest[2] ?? 0) + 1}`;
}

export function PublishDialog({ session, build, onPublish, onClose }: PublishDialogProps) {
  const id = useId();
  const { project } = session;
  const [tag, setTag] = useState(() => nextTag(session.tags));
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [published, setPublished] = useState<string | null>(null);
  const taken = session.tags.find((other) => other.tag === tag);
  const malformed = tag !== "" && !TAG.test(tag) ? "Letters, digits, points, hyphens and underlines, at most 128, not beginning with a point or hyphen." : null;

  const publish = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onPublish(tag);
      setPublished(tag);
    } catch (reason) {
      setError(sentenceOf(reason));
    } finally {
      setBusy(false);
    }
  };

  if (published !== null) {
    const name = `${project.organisation}/${project.name}:${published}`;
    return (
      <Dialog title={`Published as ${published}`} onClose={onClose}>
        <CopyField label="Fetch it" value={`rune pull ${name}`} />
        {project.visibility === "public" ? (
          <CopyField label="Its page, where anyone can try it" value={outside(session.public_url, project.url)} />
        ) : (
          <p className="muted">The project is private: pulling it takes a token of a member, and only members see it.</p>
        )}
        <div className="row">
          <span className="grow" />
          <button type="button" className="button primary" data-first onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Publish build ${build.number}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (tag !== "" && malformed === null && !busy) void publish();
        }}
      >
        <div className="field">
          <label htmlFor={id}>Tag</label>
          <input id={id} className="mono" value={tag} data-first autoComplete="off" spellCheck={false} aria-invalid={malformed !== null || error !== null} aria-describedby={`${id}-said`} onChange={(event) => setTag(event.target.value)} />
          <span id={`${id}-said`} className={malformed !== null || error !== null ? "error" : "small muted"} role="status">
            {error ?? malformed ?? (taken === undefined ? `${project.organisation}/${project.name}:${tag}` : `${tag} is build ${taken.build_number} now; publishing moves it to build ${build.number}.`)}
          </span>
        </div>
        <div className="row">
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy || tag === "" || malformed !== null}>
            {busy ? "Publishing…" : "Publish"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
