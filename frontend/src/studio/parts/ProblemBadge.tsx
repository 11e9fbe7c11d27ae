// The badge of a stage or a file that has a problem: it names the problem's file and line, and a press goes there.
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { Diagnostic } from "../../api/schema";
import { problemPlace } from "../session/problems/severity";
import "../styles/problems/badge.css";

interface Props {
  readonly problem: Diagnostic;
  readonly onGo: (problem: Diagnostic) => void;
  /** -1 where the keys have another way to the same place. */
  readonly tabIndex?: number;
  readonly className?: string;
}

export function ProblemBadge({ problem, onGo, tabIndex = 0, className = "" }: Props) {
  const Icon = problem.severity === "error" ? CircleAlert : TriangleAlert;
  return (
    <button
      type="button"
      className={`problem-badge ${problem.severity === "error" ? "wrong" : "worse"} ${className}`}
      tabIndex={tabIndex}
      aria-label={`Go to ${problemPlace(problem)}`}
      title={`${problem.message}\n${problem.file}, line ${problem.span.start.line}`}
      onClick={(event) => {
        // The row or the stage around it would go to its own place.
        event.stopPropagation();
        onGo(problem);
      }}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}
