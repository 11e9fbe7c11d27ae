// Beside the input: what the rune answers now by what it was taught, and the labels with their examples.
import { useEffect, useState } from "react";
import type { Snapshot } from "../../preview";
import { bestOf, sharesOf } from "./learn";
import { LabelCard } from "./LabelCard";
import { learnable, nameProblem } from "./lessons";
import { ExampleRecorder, featuresOf } from "./recording";
import type { TeachSettings } from "./server";
import { NewLabel } from "./NewLabel";
import type { LearnedLayer, Lessons } from "./use-lessons";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly running: Snapshot;
  readonly lessons: Lessons;
  readonly settings: TeachSettings;
}

export function Teaching({ running, lessons, settings }: Props) {
  const { history, act, learnedLayer, problem } = lessons;
  const [recorder] = useState(() => new ExampleRecorder());
  const [pending, setPending] = useState<number | null>(null);
  const request = running.loadedRune?.capabilities[0];
  const features = featuresOf(running.newest, settings.features);
  const hasInput = running.readings.cards.length > 0 && features !== null;
  const isPending = pending !== null && hasInput && history.now.labels.some(({ id }) => id === pending);

  useEffect(() => {
    recorder.listen((label, exampleFeatures, content) => {
      setPending(null);
      act({ type: "record", label, features: exampleFeatures, content });
    });
  }, [recorder, act]);
  useEffect(() => {
    // Without input, or without its label, nothing is recorded.
    if (!isPending) recorder.cancel();
    recorder.take(running, features);
    // A run is one state of the preview.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [running.ran, running.newest, running.runs, isPending]);

  const record = (label: number): void => {
    if (features !== null && recorder.begin(label, running, features)) setPending(label);
  };
  const mistaken = learnedLayer === null ? new Map<number, string>() : mistakenOf(learnedLayer, history.now.labels);

  return (
    <div className="stack">
      <Answer learnedLayer={learnedLayer} lessons={lessons} features={hasInput ? features : null} />
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {history.now.labels.length > 0 && (
        <ul className="plain-list stack" aria-label="Labels">
          {history.now.labels.map((label) => (
            <LabelCard
              key={label.id}
              label={label}
              request={request}
              needed={settings.examples}
              most={settings.mostExamples}
              mistaken={mistaken}
              canRecord={hasInput && !isPending}
              isRecording={isPending && pending === label.id}
              problemOf={(name) => nameProblem(history.now, name, settings.longestLabel, label.id)}
              onRecord={() => record(label.id)}
              onRename={(name) => act({ type: "rename", label: label.id, name })}
              onRemove={() => act({ type: "remove", label: label.id })}
              onForget={(example) => act({ type: "forget", label: label.id, example })}
            />
          ))}
        </ul>
      )}
      {history.now.labels.length > 0 && !hasInput && (
        <p className="small muted">Start the input first: an example is what the rune reads at that moment.</p>
      )}
      <NewLabel settings={settings} lessons={lessons} />
    </div>
  );
}

interface AnswerProps {
  readonly learnedLayer: LearnedLayer | null;
  readonly lessons: Lessons;
  readonly features: readonly number[] | null;
}

/** The label that the newest input gets, with the shares of all. */
function Answer({ learnedLayer, lessons, features }: AnswerProps) {
  if (learnedLayer === null || features === null) {
    const { labels } = lessons.history.now;
    const text =
      labels.length === 0
        ? "Add a label for each thing that the rune should tell apart, and one for everything else, such as background."
        : learnedLayer === null
          ? "It answers here as soon as two labels have an example."
          : "It answers here as soon as there is input.";
    return (
      <p className="card preview-waiting muted" role="status">
        {text}
      </p>
    );
  }
  const shares = sharesOf(learnedLayer.layer, features);
  const names = new Map(lessons.history.now.labels.map(({ id, name }) => [id, name]));
  const labels = learnable(learnedLayer.state);
  const best = bestOf(shares);
  return (
    <section className="card stack preview-card says" aria-label="What it says now">
      <b className="teach-answer">{names.get(labels[best]?.id ?? 0)}</b>
      <dl className="preview-bars num">
        {labels.map(({ id }, place) => (
          <div key={id} className={place === best ? "top" : ""}>
            <dt>{names.get(id)}</dt>
            <dd className="meter" aria-hidden="true">
              <i style={{ width: `${100 * (shares[place] ?? 0)}%` }} />
            </dd>
            <dd>{Math.round(100 * (shares[place] ?? 0))} %</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The examples that the others would give another label, with the name that this label has now. */
function mistakenOf(
  { state, validationAnswers }: LearnedLayer,
  now: readonly { id: number; name: string }[],
): Map<number, string> {
  const labels = learnable(state);
  const mistaken = new Map<number, string>();
  let place = 0;
  labels.forEach(({ examples }, number) => {
    for (const { id } of examples) {
      const answer = validationAnswers[place] ?? null;
      place += 1;
      if (answer === null || answer === number) continue;
      const other = labels[answer];
      mistaken.set(id, now.find((each) => each.id === other?.id)?.name ?? "");
    }
  });
  return mistaken;
}
