// What the page does beside what it shows: its title and address, and the clock of its "a minute ago".
import { useEffect, useState } from "react";
import { problemText } from "../session/problem-count";
import { useDiagnostics, useSession } from "./shell";

const CLOCK = 30_000;

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

/** The time in milliseconds, now and then anew. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
