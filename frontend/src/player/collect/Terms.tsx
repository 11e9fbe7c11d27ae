// The terms that a person reads before they record: what is recorded, who hears it, what for, and until when.
import { Activity, Camera, Clock, Info, Mic, Target, User, Users, type LucideIcon } from "lucide-react";
import { Bar } from "./Bar";
import type { Task } from "./sending/client";
import type { CollectSession } from "./session";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly session: CollectSession;
  readonly task: Task;
  readonly problem: string | null;
}

const SENSORS: Readonly<Record<Task["kind"], LucideIcon>> = { sound: Mic, picture: Camera, motion: Activity };

export function Terms({ session, task, problem }: Props) {
  const { terms, wanted, label, project, kind, tabs, digits } = task;
  const parts: readonly (readonly [LucideIcon, string, string])[] = [
    [SENSORS[kind], "What is recorded", recordedText(task)],
    [Users, "Who hears and sees it", terms.who],
    [Target, "What for", terms.uses],
    [Clock, "Until when", terms.until],
    [
      User,
      "Who you are",
      task.is_guest ? `Nobody asks for your name. You record as ${task.person}.` : `You record as ${task.person}.`,
    ],
  ];
  return (
    <>
      <Bar project={project} here="before you start" />
      <main className="collect">
        <h1>
          {tabs.length > 0
            ? `Record ${tabs.map((tab) => tab.label).join(", ")}?`
            : `Record ${wanted} ${label === "" ? (wanted === 1 ? "time" : "times") : `× ${label}`}?`}
        </h1>
        {digits !== "" && (
          <p>
            Code <b className="num">{digits}</b>. Your computer shows the same digits. If it does not, this code is not
            yours: close this page.
          </p>
        )}
        <p className="muted">Please read this first.</p>
        {problem !== null && (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        )}
        <dl className="collect-terms">
          {parts.map(([Icon, name, text]) => (
            <div key={name}>
              <Icon aria-hidden="true" />
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        {task.choices.length > 0 && (
          <fieldset className="plain stack">
            <legend>You may also allow</legend>
            {task.choices.map((choice) => (
              <label key={choice.purpose} className="row">
                <input
                  type="checkbox"
                  checked={choice.is_chosen}
                  onChange={(event) => void session.choose(choice.purpose, event.target.checked)}
                />
                {choice.label}
              </label>
            ))}
          </fieldset>
        )}
        <p className="notice row">
          <Info aria-hidden="true" className="icon" />
          <span>{noticeOf(task)}</span>
        </p>
      </main>
      <footer className="collect-foot">
        <button type="button" className="button primary big" onClick={() => void session.agree()}>
          I agree, start recording
        </button>
        <button type="button" className="button quiet big" onClick={() => void session.decline()}>
          No, thank you
        </button>
      </footer>
    </>
  );
}

/** The sentence that its person answers for by agreeing. */
function noticeOf({ terms, is_of_things: isOfThings }: Task): string {
  if (terms.promise !== "") return `By agreeing you say: ${terms.promise}`;
  return isOfThings
    ? "Record only things, no people. The recordings are stored without a person."
    : "Make sure that nobody else is recorded who has not agreed.";
}

function recordedText({ kind, milliseconds, rate, tabs }: Task): string {
  const byHolding = tabs.length > 0;
  const seconds = byHolding ? "as long as you hold the button" : `${milliseconds / 1000} seconds each time`;
  const rest = `${byHolding ? "" : "only after you tap. "}It stays on this phone until you tap Send.`;
  if (byHolding && kind === "picture") return `Pictures of the camera, ${seconds}. ${rest}`;
  if (byHolding) return `${kind === "sound" ? "Sound" : "Motion of this phone"}, ${seconds}. ${rest}`;
  if (kind === "sound") return `Sound, ${seconds}, ${rest}`;
  if (kind === "motion") return `Motion of this phone, ${rate} rows a second, ${seconds}, ${rest}`;
  return `Pictures of the camera, ${rest}`;
}
