// Teach: a rune that sends what its model sees runs in the page, and a last layer is learned from a few examples of each
// label. It answers as soon as two labels have an example. Nothing is sent before it is saved, and no recording then.
import { Save, Undo2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { NO_HOST, Preview, type Snapshot } from "../../preview";
import { DEFAULT_LIMITS } from "../../runtime";
import { FetchFailure } from "../FetchFailure";
import { fetchingText, useFetched } from "../use-fetched";
import { learnable, savingProblem } from "./lessons";
import type { TeachServer, TeachSettings } from "./server";
import { Teaching } from "./Teaching";
import { useLessons, type Lessons } from "./use-lessons";
import "./teach.css";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly settings: TeachSettings;
  readonly server: TeachServer;
}

export default function Teach({ settings, server }: Props) {
  const [address, setAddress] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [fetchState, again] = useFetched(address);
  const lessons = useLessons(settings.features);
  const isTaught = learnable(lessons.history.now).length > 0;
  const [isLeaving, setLeaving] = useState(false);

  useEffect(() => {
    let isWanted = true;
    server.rune().then(
      (url) => isWanted && setAddress(url),
      (error: unknown) => isWanted && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [server, turn]);

  useEffect(() => {
    if (!isTaught || isLeaving) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isTaught, isLeaving]);

  const runs = useMemo(
    () =>
      function Runs(running: Snapshot) {
        return <Teaching running={running} lessons={lessons} settings={settings} />;
      },
    [lessons, settings],
  );

  if (problem !== null)
    return (
      <FetchFailure
        reason={problem}
        onAgain={() => {
          setProblem(null);
          setTurn(turn + 1);
        }}
      />
    );
  if (fetchState.state === "failed") return <FetchFailure reason={fetchState.reason} onAgain={again} />;
  return (
    <div className="stack wide-gap">
      <h2 className="aloud">The rune</h2>
      <Preview
        rune={fetchState.state === "there" ? fetchState.rune : null}
        heading={null}
        limits={DEFAULT_LIMITS}
        host={NO_HOST}
        isLarge
        empty={
          address === null ? "Building the rune that sends what the model sees…" : fetchingText(fetchState, "the rune")
        }
        answers={runs}
      />
      <Saving
        settings={settings}
        server={server}
        lessons={lessons}
        onSaved={(url) => {
          setLeaving(true);
          // After the page no longer warns.
          setTimeout(() => window.location.assign(url));
        }}
      />
    </div>
  );
}

interface SavingProps extends Props {
  readonly lessons: Lessons;
  readonly onSaved: (address: string) => void;
}

function Saving({ settings, server, lessons, onSaved }: SavingProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const { history, learnedLayer, act } = lessons;
  const last = history.before.at(-1);
  const lacking = savingProblem(history.now, settings.examples);
  const isLearned = learnedLayer !== null && learnedLayer.state === history.now;
  const save = (): void => {
    if (learnedLayer === null) return;
    setSaving(true);
    setProblem(null);
    let place = 0;
    const labels = learnable(learnedLayer.state).map(({ name, examples }, number) => {
      const answers = learnedLayer.validationAnswers.slice(place, (place += examples.length));
      return { name, examples: examples.length, recognised: answers.filter((each) => each === number).length };
    });
    server.save(settings.digest, labels, learnedLayer.layer).then(onSaved, (error: unknown) => {
      setSaving(false);
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <section className="card stack teach-save" aria-label="Save what was taught">
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      <div className="row wrap">
        <button type="button" className="button" disabled={last === undefined} onClick={() => act({ type: "undo" })}>
          <Undo2 aria-hidden="true" />
          {last === undefined ? "Undo" : `Undo ${last.act}`}
        </button>
        <span className="grow small muted" role="status">
          {lacking ??
            (isLearned ? "Saving sends the weights and the names of the labels, and no recording." : "Learning…")}
        </span>
        <button
          type="button"
          className="button primary"
          disabled={lacking !== null || !isLearned || isSaving}
          onClick={save}
        >
          <Save aria-hidden="true" />
          {isSaving ? "Saving…" : "Save"}
        </button>
      </div>
    </section>
  );
}
