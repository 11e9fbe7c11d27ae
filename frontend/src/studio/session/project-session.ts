// The page's state of a project apart from its text, and how each event changes it. Pure.
import type { Build, LogLine, Preview, ProjectEvent, ProjectState } from "../../api/schema";

export interface ProjectSession extends ProjectState {
  /** The log of each build that was looked at, by its id. */
  readonly logs: Readonly<Record<string, readonly LogLine[]>>;
  /** Whether the event socket is open. */
  readonly connected: boolean;
  /** The last change of the project's data that the page heard of. */
  readonly dataRevision: number;
}

/** The part of the state that must be read from the server after an event that does not bring it. */
export type StateRequest =
  { readonly what: "preview" } | { readonly what: "log"; readonly build: string } | { readonly what: "state" };

export function sessionOf(state: ProjectState): ProjectSession {
  return { ...state, logs: {}, connected: false, dataRevision: 0 };
}

/** The newest first; a build that is known is replaced where it stands. */
export function withBuild(builds: readonly Build[], build: Build): readonly Build[] {
  if (build.number === null) return builds;
  if (builds.some((other) => other.id === build.id))
    return builds.map((other) => (other.id === build.id ? build : other));
  return [build, ...builds].sort((one, other) => (other.number ?? 0) - (one.number ?? 0));
}

/** A build as a request answered it. Its events may have come first, so one that goes on takes nothing back; an end stays. */
export function withAnswer(builds: readonly Build[], build: Build): readonly Build[] {
  return isUnderWay(build) && builds.some((other) => other.id === build.id) ? builds : withBuild(builds, build);
}

/** The session after an event, and what to read because of it. */
export function afterEvent(
  session: ProjectSession,
  event: ProjectEvent,
): { session: ProjectSession; reading: StateRequest | null } {
  switch (event.type) {
    case "preview.changed":
      // As told, it has the preview with it; as read from the log after a while away, or a large one, it does not.
      return event.data.preview === undefined
        ? { session, reading: { what: "preview" } }
        : { session: withPreview(session, event.data.preview), reading: null };
    case "build.changed":
      return {
        session: { ...session, builds: withBuild(session.builds, event.data.build) },
        reading: { what: "log", build: event.data.build.id },
      };
    case "package.changed":
      return { session: { ...session, builds: withPackage(session.builds, event.data) }, reading: null };
    case "build.log":
      return { session, reading: { what: "log", build: event.data.build } };
    case "project.changed":
      return { session: { ...session, project: event.data.project }, reading: null };
    case "targets.changed":
      return { session: { ...session, targets: event.data.targets }, reading: null };
    case "data.changed":
      return { session: { ...session, dataRevision: event.data.revision }, reading: null };
    case "tag.published":
    case "tag.described":
    case "tag.withdrawn":
      return { session, reading: { what: "state" } };
    case "review.changed":
    case "thread.changed":
    default:
      return { session, reading: null };
  }
}

/** The builds with what became of a package of one of them, and what is said of its limits now. */
function withPackage(
  builds: readonly Build[],
  { build, package: changed, limits }: Extract<ProjectEvent, { type: "package.changed" }>["data"],
): readonly Build[] {
  return builds.map((each) =>
    each.id === build
      ? { ...each, limits, packages: each.packages.map((one) => (one.target === changed.target ? changed : one)) }
      : each,
  );
}

/** A preview that was read later than another may have been answered earlier: the higher sequence is the newer text. */
export function withPreview(session: ProjectSession, preview: Preview): ProjectSession {
  return preview.sequence < session.preview.sequence ? session : { ...session, preview };
}

/** The builds of files that the project has or had. The result of a change request stands for nothing of it until that is merged. */
export function withoutProposals(builds: readonly Build[]): readonly Build[] {
  return builds.filter((build) => build.change_request === null);
}

/** The name of a build, with the change request that it is of while that is not merged. */
export function buildTitle({ number, change_request: change }: Pick<Build, "number" | "change_request">): string {
  return change === null ? `Build ${number}` : `Build ${number} (change request ${change})`;
}

/** The newest build that has a rune, or null. */
export function lastSucceeded(builds: readonly Build[]): Build | null {
  return withoutProposals(builds).find((build) => build.state === "succeeded") ?? null;
}

/** The build that a review is asked for: the newest one that is under way or has a rune. */
export function newestToReview(builds: readonly Build[]): Build | null {
  return withoutProposals(builds).find((build) => isUnderWay(build) || build.state === "succeeded") ?? null;
}

/** The page on which one asks for a review of a build. */
export function askAddress(build: Build): string {
  return `${build.url}/ask`;
}

export function isUnderWay(build: Build): boolean {
  return build.state === "queued" || build.state === "running";
}
