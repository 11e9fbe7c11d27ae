// The events of the project that a toast announces to the people in it: a build that ended, a verdict, a step of a
// review. Pure.
import type { ProjectEvent, ReviewStep, VerdictChange } from "../../../api/schema";
import { buildTitle, isUnderWay, type ProjectSession } from "../project-session";

export interface EventToast {
  readonly text: string;
  readonly url: string;
}

/** Null for what is seen anyway, and for one's own verdicts. `before` is the session that the event has not changed yet. */
export function toastOf(event: ProjectEvent, before: ProjectSession): EventToast | null {
  switch (event.type) {
    case "build.changed": {
      const { build } = event.data;
      const earlierBuild = before.builds.find((other) => other.id === build.id);
      // An event that comes again, as after a while away, tells nothing new.
      if (isUnderWay(build) || earlierBuild === undefined || !isUnderWay(earlierBuild)) return null;
      return { text: `${buildTitle(build)} ${ENDS[build.state] ?? "ended"}.`, url: build.url ?? before.project.url };
    }
    case "review.changed": {
      const { by, change, number } = event.data;
      const verb = VERDICTS[change];
      if (verb === undefined || by === null || by.id === before.me.id) return null;
      return { text: `${by.name} ${verb} build ${number}.`, url: `${before.project.url}/builds/${number}` };
    }
    case "review.requested": {
      const { by, change, number } = event.data;
      const verb = STEPS[change];
      if (verb === undefined || by === null || by.id === before.me.id) return null;
      return { text: `${by.name} ${verb} review ${number}.`, url: `${before.project.url}/reviews/${number}` };
    }
    default:
      return null;
  }
}

const ENDS: Readonly<Partial<Record<string, string>>> = {
  succeeded: "succeeded",
  failed: "failed",
  lost: "failed",
  cancelled: "was cancelled",
};
const VERDICTS: Readonly<Partial<Record<VerdictChange, string>>> = {
  approved: "approved",
  changes: "asks for changes to",
};
const STEPS: Readonly<Partial<Record<ReviewStep, string>>> = {
  requested: "asked for",
  round: "began another round of",
  closed: "closed",
};
