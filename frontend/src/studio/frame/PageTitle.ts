// The title and the address of the page.
import { useEffect } from "react";
import { problemText } from "../session/problems/count";
import { useDiagnostics, useSession } from "../context/studio";

/** The title and the address of the project as it is called now. Draws nothing. */
export function PageTitle() {
  const project = useSession((session) => session.project);
  const problems = problemText(useDiagnostics());
  useEffect(() => {
    document.title = `${problems === "" ? "" : `${problems} · `}${project.name} · ${project.organisation} · Hammer Forge`;
    // After a rename by anyone; the former address goes on leading here.
    const here = `${project.url}/studio`;
    if (window.location.pathname !== here) window.history.replaceState(null, "", here);
  }, [project.name, project.organisation, project.url, problems]);
  return null;
}
