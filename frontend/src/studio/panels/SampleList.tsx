// The samples that the project has: what each is, who gave it, until when, and a way to take one's own back.
import type { Sample } from "../../api/schema";
import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { ProjectClient } from "../api/client";
import { sentenceOf } from "../api/problem";

interface SampleListProps {
  readonly client: ProjectClient;
  readonly me: string;
  /** Changes when there may be other samples. */
  readonly version: string;
  readonly onGone: (sentence: string) => void;
}

function until(ends: string): string {
  return new Date(ends).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

export default function SampleList({ client, me, version, onGone }: SampleListProps) {
  const [samples, setSamples] = useState<readonly Sample[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [sure, setSure] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    client.samples().then(
      (found) => wanted && setSamples(found),
      (error: unknown) => wanted && setProblem(sentenceOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [client, version]);

  const takeBack = (sample: Sample): void => {
    setSure(null);
    client.takeBack(sample.id).then(
      () => {
        setSamples((before) => before?.filter(({ id }) => id !== sample.id) ?? null);
        onGone(`${sample.label} is deleted everywhere.`);
      },
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  };

  if (problem !== null) return <p className="notice bad">{problem}</p>;
  if (samples === null) return <p className="small muted">Reading the samples…</p>;
  if (samples.length === 0)
    return <p className="small muted">None yet. Make a recording and send it: builds are then verified on it.</p>;
  return (
    <ul className="sample-list">
      {samples.map((sample) => (
        <li key={sample.id}>
          <span className="grow">
            <b>{sample.label}</b>{" "}
            <small className="muted">
              {sample.kind}, by{" "}
              {sample.owner === null ? "someone who left" : sample.owner.id === me ? "you" : sample.owner.name}, until{" "}
              {until(sample.ends)}
            </small>
          </span>
          {sample.may_delete && (
            <button
              type="button"
              className={sure === sample.id ? "button danger" : "button"}
              onClick={() => (sure === sample.id ? takeBack(sample) : setSure(sample.id))}
              onBlur={() => setSure(null)}
            >
              <Undo2 aria-hidden="true" />
              {sure === sample.id ? "Delete everywhere" : sample.owner?.id === me ? "Withdraw" : "Remove"}
              <span className="aloud"> {sample.label}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
