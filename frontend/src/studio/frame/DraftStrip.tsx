// The strip below the bar in a draft: what these files are, who writes them, where they lead, and stopping the agent.
import { Bot, CircleX, GitBranch, GitPullRequest } from "lucide-react";
import { useState } from "react";
import { useSession, useStudio } from "../context/studio";
import "../styles/strip.css";

export default function DraftStrip() {
  const draft = useSession((session) => session.draft);
  const work = useSession((session) => session.draft_work);
  if (draft === null || work === null) return null;
  const { change_request: change } = work;
  return (
    <section className="studio-strip draft" aria-label="Draft">
      <p className="grow">
        <span className="tag info">
          <GitBranch aria-hidden="true" />
          Draft {draft.number}
        </span>{" "}
        of <a href={draft.project_url}>{draft.project}</a>, by {work.has_agent && <Bot aria-hidden="true" />}
        {work.by}. Nothing of it is in the project.
      </p>
      <div className="row wrap">
        <a className="button quiet" href={draft.url}>
          What changes
        </a>
        {change !== null && (
          <a className="button quiet" href={change.url}>
            <GitPullRequest aria-hidden="true" />
            Change request {change.number}
          </a>
        )}
        {work.stoppable_agent !== null && <StopAgent grant={work.stoppable_agent} name={work.by} />}
      </div>
    </section>
  );
}

/** Ends the agent's right at the second press. */
function StopAgent({ grant, name }: { readonly grant: string; readonly name: string }) {
  const { workspace } = useStudio();
  const [step, setStep] = useState<"works" | "asks" | "stopped">("works");
  const stop = async (): Promise<void> => {
    const address = workspace.client.address("delete", "/api/v1/me/grants/{kind}/{grant}", {
      path: { kind: "agent", grant },
    });
    await workspace.client.sendBody("delete", address, "");
    setStep("stopped");
    workspace.toasts.say(`${name} was stopped, in all of its projects. The draft stays.`);
  };
  if (step === "stopped") return <span className="muted">Stopped</span>;
  return (
    <button
      type="button"
      className="button bad"
      title="Ends the agent's right at once, in all of its projects"
      onBlur={() => setStep("works")}
      onClick={({ detail }) => {
        // The second press of a double click confirms nothing.
        if (step === "works") setStep("asks");
        else if (detail <= 1) workspace.attempt(stop());
      }}
    >
      <CircleX aria-hidden="true" />
      {step === "works" ? "Stop" : "Press again to stop"}
    </button>
  );
}
