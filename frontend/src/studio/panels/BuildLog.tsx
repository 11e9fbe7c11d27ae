// One build: its log as it comes, how it stands, and what can be done next.
import type { Build, BuildReport, LogLine, Tag } from "../../api/schema";
import { Cpu, ExternalLink, Tag as TagIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { problemCounts } from "../session/problems/count";
import { isUnderWay } from "../session/project-session";
import { sizeText } from "../../look/quantities";
import { count, duration, shortDigest } from "../format/quantities";

interface BuildLogProps {
  readonly build: Build;
  readonly lines: readonly LogLine[] | undefined;
  readonly tags: readonly Tag[];
  readonly mayEdit: boolean;
  readonly onCancel: () => void;
  readonly onPublish: () => void;
  readonly onProblems: () => void;
}

const STATES: Readonly<Record<Build["state"], { readonly tone: string; readonly text: string }>> = {
  queued: { tone: "info", text: "Waiting for a worker" },
  running: { tone: "info", text: "Building" },
  succeeded: { tone: "ok", text: "Succeeded" },
  failed: { tone: "bad", text: "Failed" },
  cancelled: { tone: "", text: "Cancelled" },
  lost: { tone: "bad", text: "Lost" },
};

/** How the build keeps the limits of `forge.yml`, which its log tells one by one; null where there are none. */
function limitsTag(limits: Build["limits"]): { readonly tone: string; readonly text: string } | null {
  if (limits.length === 0) return null;
  const open = limits.filter((limit) => limit.outcome === "missed" || limit.outcome === "unknown");
  return open.length === 0
    ? { tone: "ok", text: "Limits met" }
    : { tone: "warn", text: `${count(open.length, "limit")} not met` };
}

function seconds(build: Build): string {
  if (build.started === null || build.finished === null) return "";
  const milliseconds = Date.parse(build.finished) - Date.parse(build.started);
  return Number.isFinite(milliseconds) ? ` in ${duration(Math.max(1, milliseconds))}` : "";
}

/** The figures of a report in a few words each. */
function numbers(report: BuildReport): string[] {
  const verification = report.verify === undefined || report.verify.reference === null ? [] : [report.verify.sentence];
  return [
    `memory ${sizeText(report.memory.arena + report.memory.serial)}`,
    ...(report.rune === undefined ? [] : [`size ${sizeText(report.rune.size)}`, shortDigest(report.rune.digest)]),
    ...verification,
  ];
}

/** How often the rune was right on the project's test samples, or why nobody knows. */
function evaluationText(evaluation: Build["evaluation"]): string {
  if (evaluation === null) return "no test samples";
  if (evaluation.accuracy === null) return evaluation.reason ?? "no accuracy";
  const share = `${evaluation.right} of ${count(evaluation.samples, "test sample")} right`;
  return evaluation.is_precise ? share : `${share} (few)`;
}

/** The outcome of the build in one sentence; "" while it is under way. */
function outcome(build: Build): string {
  switch (build.state) {
    case "succeeded":
      return [
        `build ${build.number}${seconds(build)}`,
        ...(build.report === null ? [] : numbers(build.report)),
        evaluationText(build.evaluation),
      ].join(" · ");
    case "failed": {
      const errors = build.diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
      if (errors > 0)
        return `${count(errors, "error")} in version ${build.version.number}. Fix the text, then build again.`;
      return build.error ?? "The build failed without a reason. Build again. If it fails again, read the server's log.";
    }
    case "lost":
      return (
        build.error ??
        "The build worker stopped again and again. Build again. If it stops again, the machine may have too little memory."
      );
    case "cancelled":
      return "The build was cancelled. Build again when you want.";
    case "queued":
    case "running":
      return build.attempt > 1 ? `Restarted, attempt ${build.attempt}.` : "";
  }
}

export default function BuildLog({ build, lines, tags, mayEdit, onCancel, onPublish, onProblems }: BuildLogProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [lines?.length, build.state]);
  const state = STATES[build.state];
  const limits = limitsTag(build.limits);
  const publishedTags = tags.filter((tag) => tag.build_number === build.number);
  const result = outcome(build);
  return (
    <div className="build">
      <div className="build-head row wrap">
        <span className={`tag ${state.tone}`}>{state.text}</span>
        {publishedTags.map((tag) => (
          <span key={tag.tag} className="tag">
            <TagIcon aria-hidden="true" />
            {tag.moves ? `${tag.tag} (moves)` : tag.tag}
          </span>
        ))}
        {limits !== null && <span className={`tag ${limits.tone}`}>{limits.text}</span>}
        <span className="grow" />
        {isUnderWay(build) && mayEdit && (
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        {problemCounts(build.diagnostics).map(({ tone, text }) => (
          <span key={tone} className={tone === "wrong" ? "tag bad" : "tag warn"}>
            {text}
          </span>
        ))}
        {build.state === "failed" && build.diagnostics.length > 0 && (
          <button type="button" className="button" onClick={onProblems}>
            Show the problems
          </button>
        )}
        {build.state === "succeeded" && mayEdit && (
          <button type="button" className="button" onClick={onPublish}>
            <TagIcon aria-hidden="true" />
            Publish
          </button>
        )}
        {build.packages.length > 0 && (
          <a className="button" href={`${build.url}/boards`}>
            <Cpu aria-hidden="true" />
            Boards
          </a>
        )}
        <a className="button" href={build.url ?? undefined}>
          <ExternalLink aria-hidden="true" />
          Build page
        </a>
      </div>
      <div className="log" role="log" aria-label={`Log of build ${build.number}`}>
        {(lines ?? []).map((line, index) => (
          <div key={index} className={`log-line ${line.level ?? ""}`}>
            <span>{line.step}</span>
            <span>{line.text}</span>
            <span className="num">{line.milliseconds === null ? "" : duration(line.milliseconds)}</span>
          </div>
        ))}
        {lines === undefined && <div className="muted">Loading the log…</div>}
        {result !== "" && (
          <div className={`log-line outcome ${build.state}`}>
            <span>{build.state === "succeeded" ? "done" : build.state}</span>
            <span>{result}</span>
            <span />
          </div>
        )}
        <div ref={end} />
      </div>
    </div>
  );
}
