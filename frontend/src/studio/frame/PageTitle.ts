// The title and the address of the page.
import { useEffect } from "react";
import { problemText } from "../session/problems/count";
import { useDiagnostics, useSession } from "../context/studio";

/** The title and the address of the project as it is called now. Draws nothing. */
export function PageTitle() {
  const project = useSession((session) => session.project);
  const draft = useSession((session) => session.draft);
  const problems = problemText(useDiagnostics());
  const name = draft === null ? project.name : `Draft ${String(draft.number)} of ${draft.project}: ${draft.title}`;
  useEffect(() => {
    document.title = `${problems === "" ? "" : `${problems} · `}${name} · ${project.organisation} · Hammer Forge`;
    // After a rename by anyone; the former address goes on leading here.
    const here = `${project.url}/studio`;
    if (window.location.pathname !== here) window.history.replaceState(null, "", here);
  }, [name, project.organisation, project.url, problems]);
  return null;
}
