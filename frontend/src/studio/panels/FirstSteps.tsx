// The first steps of a beginner, until they put them away: then they are gone in every browser of theirs.
import { Circle, CircleCheck, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { useStudio } from "../context/studio";
import "../styles/first-steps.css";
import { firstSteps, type Step } from "./first-steps";

const NAME = "first-steps";

const STEPS: readonly { readonly step: Step; readonly title: string; readonly text: string }[] = [
  { step: "try", title: "Try it", text: "Give it an input at the right. It runs in this page." },
  { step: "change", title: "Change it", text: "Edit the text or the graph; the app follows." },
  { step: "build", title: "Build it", text: "Others try a build, discuss and approve it." },
];

export default function FirstSteps() {
  const { workspace } = useStudio();
  const [isShown, setShown] = useState(workspace.hints.includes(NAME));
  const [steps] = useState(() => firstSteps(workspace));
  const doneSteps = useStore(steps.doneSteps);
  useEffect(() => (isShown ? steps.watch(document) : undefined), [isShown, steps]);
  if (!isShown) return null;
  const dismiss = (): void => {
    setShown(false);
    workspace.attempt(workspace.client.dismissHint(NAME));
  };
  return (
    <section className="card first-steps" aria-label="First steps">
      <header className="row between">
        <h2>First steps</h2>
        <button
          type="button"
          className="button quiet square"
          aria-label="Dismiss the first steps"
          title="Dismiss"
          onClick={dismiss}
        >
          <X aria-hidden="true" />
        </button>
      </header>
      <ol>
        {STEPS.map(({ step, title, text }) => (
          <li key={step} className={doneSteps.has(step) ? "done" : ""}>
            {doneSteps.has(step) ? <CircleCheck aria-label="Done" /> : <Circle aria-label="To do" />}
            <b>{title}</b>
            <p className="muted">{text}</p>
          </li>
        ))}
      </ol>
      <a href="/docs/tutorial" target="_blank">
        The tutorial goes on from here
      </a>
    </section>
  );
}
