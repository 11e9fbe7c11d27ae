// Publishes a build under a tag, and then says how to fetch it.
import type { Build, ProjectState, Tag } from "../../../api/schema";
import { useState } from "react";
import { Problem, sentenceOf } from "../../api/problem";
import { CopyField } from "../../parts/dialog/CopyField";
import { Dialog } from "../../parts/dialog/Dialog";
import { GateClosed } from "./GateClosed";
import { PublishedDialog, PublishForm } from "./Form";
import { outside } from "../ShareDialog";

interface PublishRuneDialogProps {
  readonly session: Pick<ProjectState, "project" | "public_url" | "tags" | "may">;
  readonly build: Build;
  /** The state of the build and of the project's tags, which publishing names. */
  readonly readState: () => Promise<string>;
  readonly onPublish: (tag: string, etag: string) => Promise<unknown>;
  readonly onOverrideGate: (tag: string, reason: string, etag: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** A tag whose gate refused the build. */
interface ClosedGate {
  readonly tag: string;
  readonly missing: readonly string[];
}

/** OCI's grammar of a tag. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** A tag to propose, as the build's own page does: one more than the newest version that ends in a number, or 1.0. */
export function nextTag(tags: readonly { readonly tag: string }[]): string {
  for (const { tag } of tags) {
    const match = /^(\d.*\.)(\d+)$/.exec(tag);
    if (match !== null) return `${match[1]}${Number(match[2]) + 1}`;
  }
  return "1.0";
}

/** The server decides; this says beforehand what it will. */
function existingTagNote(existing: Tag, build: Build): string {
  if (existing.build_number === build.number) return `This build is published as ${existing.tag} already.`;
  const stays = /^v?\d/.test(existing.tag);
  return `${existing.tag} is build ${existing.build_number}${stays ? " for good. Choose the next version." : `; publishing moves it to build ${build.number}.`}`;
}

export function PublishRuneDialog({
  session,
  build,
  readState,
  onPublish,
  onOverrideGate,
  onClose,
}: PublishRuneDialogProps) {
  const { project } = session;
  const [etag, setEtag] = useState(readState);
  const [tag, setTag] = useState(() => nextTag(session.tags));
  const [error, setError] = useState<string | null>(null);
  const [closed, setClosed] = useState<ClosedGate | null>(null);
  const [busy, setBusy] = useState(false);
  const [publishedTag, setPublishedTag] = useState<string | null>(null);
  const existing = session.tags.find((other) => other.tag === tag);
  const formatProblem =
    tag !== "" && !TAG.test(tag)
      ? "Letters, digits, points, hyphens and underlines, at most 128, not beginning with a point or hyphen."
      : null;

  const publish = async (chosenTag: string): Promise<void> => {
    setBusy(true);
    setError(null);
    setClosed(null);
    try {
      await onPublish(chosenTag, await etag);
      setPublishedTag(chosenTag);
    } catch (reason) {
      // The next press acts on the state that this refusal was about.
      setEtag(readState());
      if (reason instanceof Problem && reason.missing.length > 0)
        setClosed({ tag: chosenTag, missing: reason.missing });
      else setError(sentenceOf(reason));
    } finally {
      setBusy(false);
    }
  };

  if (publishedTag !== null) {
    const address = outside(session.public_url, `/${project.organisation}/${project.name}:${publishedTag}`);
    return (
      <PublishedDialog title={`Published as ${publishedTag}`} onClose={onClose}>
        <CopyField label="Fetch it" value={`rune pull ${address}`} />
        {project.visibility === "public" ? (
          <CopyField label="Its page, where anyone can try it" value={outside(session.public_url, project.url)} />
        ) : (
          <p className="muted">
            The project is private: only members see it, and{" "}
            <code>rune login {new URL(session.public_url).origin}</code> with a token (
            <a href="/accounts/tokens">make one</a>) comes first.
          </p>
        )}
      </PublishedDialog>
    );
  }
  return (
    <Dialog title={`Publish build ${build.number}`} onClose={onClose}>
      <PublishForm
        label="Tag"
        value={tag}
        formatProblem={formatProblem}
        refusal={error}
        hint={
          existing === undefined ? `${project.organisation}/${project.name}:${tag}` : existingTagNote(existing, build)
        }
        about={
          <>
            {project.visibility === "public"
              ? "Anyone can then try it and pull it."
              : `Members of ${project.organisation} can then pull it.`}{" "}
            A version tag such as 1.0 never moves; a tag such as latest can move to another build.
          </>
        }
        doing={busy ? "Publishing…" : null}
        onChange={(next) => {
          setTag(next);
          setError(null);
          setClosed(null);
        }}
        onPublish={(chosenTag) => void publish(chosenTag)}
        onClose={onClose}
      />
      {closed !== null && (
        <GateClosed
          tag={closed.tag}
          missing={closed.missing}
          mayOverride={session.may.includes("override_gate")}
          onOverride={async (reason) => {
            try {
              await onOverrideGate(closed.tag, reason, await etag);
            } catch (refusal) {
              setEtag(readState());
              throw refusal;
            }
            setPublishedTag(closed.tag);
          }}
        />
      )}
    </Dialog>
  );
}
