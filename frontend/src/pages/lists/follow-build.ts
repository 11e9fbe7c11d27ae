// A page about a build that is not over, with data-follow-build (where its state is read) and data-state (as drawn): it is
// loaded again once the state is another, not before, so that nobody loses their place. Without scripts it reloads.

import { saysSignedOut } from "../sign-in/signed-out";

const EVERY = 1000;

export function followBuilds(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-follow-build]")) {
    const { followBuild, state } = element.dataset;
    if (followBuild !== undefined && state !== undefined) follow(followBuild, state);
  }
}

function follow(address: string, stateAtLoad: string): void {
  const check = async (): Promise<void> => {
    const state = await stateAt(address);
    if (state === "refused") {
      if (!(await saysSignedOut())) setTimeout(() => void check(), EVERY);
    } else if (state !== null && state !== stateAtLoad) window.location.reload();
    else setTimeout(() => void check(), EVERY);
  };
  setTimeout(() => void check(), EVERY);
}

/** Null when the server does not answer, and is asked again; "refused" when it does not tell, or not any more. */
async function stateAt(address: string): Promise<string | null> {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if ([401, 403, 404].includes(response.status)) return "refused";
    const answer: unknown = await response.json();
    return typeof answer === "object" && answer !== null && "state" in answer ? String(answer.state) : null;
  } catch {
    return null;
  }
}
