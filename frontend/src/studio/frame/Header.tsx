// The bar: where one is, whether it is saved, and the one main action.
import { lazyPart } from "../../look/boundary";
import { Mark } from "../../look/Mark";
import type { Build, ProjectState } from "../../api/schema";
import { ChevronDown, Eye, Hammer, Share2 } from "lucide-react";
import { Suspense } from "react";
import { deferred } from "../session/deferral";
import { askAddress, isUnderWay, newestToReview, withoutProposals } from "../session/project-session";
import type { TextState } from "../session/workspace";
import { People } from "./People";
import { useIsSignedOut, useMayEdit, useSession, useStudio, useText } from "../context/studio";

const Bell = lazyPart(deferred(() => import("./Bell")));

/** The notice about saving; loud when someone could lose something. */
function saveNotice(
  { save, closedFor, read }: Pick<TextState, "save" | "closedFor" | "read">,
  isSignedOut: boolean,
): {
  readonly text: string;
  readonly tone: "muted" | "worse" | "wrong";
} {
  if (save === "closed")
    return {
      text: `${closedFor === "" ? "This project is no longer available." : closedFor} Copy what you still need, then load the page again.`,
      tone: "wrong",
    };
  if (isSignedOut && save === "offline") return { text: "Signed out", tone: "worse" };
  if (isSignedOut && save !== "saved") return { text: "Signed out; your edits are kept", tone: "worse" };
  if (!read) return { text: "Connecting…", tone: "muted" };
  switch (save) {
    case "saved":
      return { text: "Saved", tone: "muted" };
    case "saving":
      return { text: "Saving…", tone: "muted" };
    case "offline":
      return { text: "Connection lost; connecting again…", tone: "worse" };
    case "offline-unsent":
      return { text: "Connection lost; your edits are kept and will be sent", tone: "worse" };
  }
}

const STATES: Readonly<Record<Build["state"], string>> = {
  queued: "is queued",
  running: "is building",
  succeeded: "ok",
  failed: "failed",
  cancelled: "cancelled",
  lost: "lost",
};

/** Whether the text is saved: the one part of the bar that changes as one types. */
function SaveStatus() {
  const save = useText((text) => text.save);
  const closedFor = useText((text) => text.closedFor);
  const read = useText((text) => text.read);
  const notice = saveNotice({ save, closedFor, read }, useIsSignedOut());
  return (
    <span className={`small save ${notice.tone}`} role="status">
      {notice.text}
    </span>
  );
}

/** The names of the project, or of the draft of one, and of the studio. */
function Crumb({ state: { project, draft } }: { readonly state: Pick<ProjectState, "project" | "draft"> }) {
  return (
    <nav className="crumb" aria-label="Breadcrumb">
      <a href={draft?.project_url ?? `/${project.organisation}`} className="cut">
        {draft?.project ?? project.organisation}
      </a>
      <span aria-hidden="true">/</span>
      <h1 className="cut">
        <a href={draft?.url ?? project.url}>{draft?.title ?? project.name}</a>
      </h1>
      <span className="wide-only" aria-hidden="true">
        /
      </span>
      <strong className="wide-only">Studio</strong>
    </nav>
  );
}

export function Header() {
  const { building, dialogs } = useStudio();
  const project = useSession((session) => session.project);
  const newest = useSession(({ builds }) => withoutProposals(builds)[0] ?? null);
  const reviewable = useSession(({ builds }) => newestToReview(builds));
  const draft = useSession((session) => session.draft);
  const mayEdit = useMayEdit();
  const canBuild = useText(({ read, save }) => read && save !== "closed");
  return (
    <header className="bar studio-bar">
      <a className="mark" href="/" aria-label="Hammer Forge, home">
        <Mark />
      </a>
      <Crumb state={{ project, draft }} />
      <SaveStatus />
      <span className="grow" />
      {newest !== null && (
        <a className="small muted wide-only" href={newest.url ?? undefined}>
          Build {newest.number} {STATES[newest.state]}
        </a>
      )}
      <People />
      <Suspense fallback={<span className="bell" />}>
        <Bell />
      </Suspense>
      {draft === null && (
        <button
          type="button"
          className="button quiet"
          aria-label="Share"
          onClick={() => dialogs.open({ what: "share" })}
        >
          <Share2 aria-hidden="true" />
          <span className="wide-only">Share</span>
        </button>
      )}
      {mayEdit &&
        draft === null &&
        (reviewable === null ? (
          <button type="button" className="button quiet wide-only" disabled title="Build first: a review needs a build">
            <Eye aria-hidden="true" />
            Ask for review
          </button>
        ) : (
          <a
            className="button quiet wide-only"
            href={askAddress(reviewable)}
            title={`Review build ${reviewable.number}`}
          >
            <Eye aria-hidden="true" />
            Ask for review
          </a>
        ))}
      {mayEdit && (
        <button
          type="button"
          className="button primary"
          onClick={building.start}
          title="Build (Ctrl Enter)"
          disabled={!canBuild}
        >
          <Hammer aria-hidden="true" />
          {newest !== null && isUnderWay(newest) ? "Build again" : "Build"}
        </button>
      )}
      {mayEdit && (
        <button
          type="button"
          className="button square wide-only"
          title="Build settings"
          onClick={() => dialogs.open({ what: "targets" })}
        >
          <ChevronDown aria-hidden="true" />
        </button>
      )}
    </header>
  );
}
