// The first column: labels with their recordings, a further label, and how the recordings are divided.
import { Plus, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { counted } from "../../../look/plural";
import type { Holding } from "../recordings/use-holding";
import type { Summary } from "../server";
import { isExample, shownSamples, type StartState, type StartStore } from "../store";
import { divisionOf } from "./division";
import { LabelCard } from "./LabelCard";
import { countOf } from "./names";

interface Props {
  readonly store: StartStore;
  readonly state: StartState;
  readonly holding: Holding;
  /** Whether recording is the main thing to do. */
  readonly isNext: boolean;
}

export function Examples({ store, state, holding, isNext }: Props) {
  const { settings } = store;
  const samples = shownSamples(state);
  const exampleCount = samples.filter(isExample).length;
  const named = state.labels.filter(({ name }) => name !== settings.background);
  const next = state.labels.find(({ name }) => name === "" || countOf(samples, name) < settings.needed);
  return (
    <section className="stack" aria-labelledby="start-examples">
      <h2 id="start-examples" className="start-head">
        <span className="start-number">1</span>Examples <span className="muted num">{samples.length}</span>
      </h2>
      {exampleCount > 0 && (
        <div className="notice row wrap start-notice" role="status">
          <span className="grow">
            <b>{counted(exampleCount, "example")}</b>, {settings.examples.origin}: none is a recording of yours.
            {exampleCount < samples.length && " Training learns from them together with your own."} Remove them before
            you train an app of your own.
          </span>
          <button type="button" className="button" onClick={() => void store.removeExamples()}>
            <Trash2 aria-hidden="true" />
            Remove the examples
          </button>
        </div>
      )}
      {holding.recorder?.kind === "picture" && <Camera holding={holding} />}
      {state.labels.map((label) => (
        <LabelCard
          key={label.id}
          store={store}
          label={label}
          place={named.indexOf(label)}
          samples={samples.filter((sample) => label.name !== "" && sample.label === label.name)}
          sending={state.sending.get(label.name) ?? 0}
          holding={holding}
          isNext={isNext && label.id === next?.id}
          canRemove={label.name !== settings.background && named.length > 1}
        />
      ))}
      <button type="button" className="start-add" onClick={store.addLabel}>
        <Plus aria-hidden="true" />
        <b>Add a label</b> <span className="muted">for each further one that it should tell apart</span>
      </button>
      {state.samples?.length === 0 && (
        <p className="small muted">
          {settings.kind === "table" ? "No files at hand?" : "No sensor here? Use your phone, drop files, or"}{" "}
          <button
            type="button"
            className="link"
            disabled={state.isAddingExamples}
            onClick={() => void store.addExamples()}
          >
            {state.isAddingExamples
              ? "Adding the examples…"
              : `${settings.kind === "table" ? "Try" : "try"} it with ${settings.examples.count} example recordings`}
          </button>
          . They are {settings.examples.origin}, marked as examples, and removed with one press.
        </p>
      )}
      {state.removedNumbers.length > 0 && (
        <div className="notice row wrap start-notice" role="status">
          <span className="grow">{counted(state.removedNumbers.length, "recording")} removed.</span>
          <button type="button" className="button" onClick={store.undoRemoval}>
            <Undo2 aria-hidden="true" />
            Undo
          </button>
        </div>
      )}
      <Division summary={state.summary} project={settings.project} />
    </section>
  );
}

/** The picture of the camera, from the first press on. */
function Camera({ holding }: { readonly holding: Holding }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <video
      ref={(video) => holding.recorder?.attach(video)}
      className="start-camera"
      hidden={!isOpen}
      onPlaying={() => setOpen(true)}
      onEmptied={() => setOpen(false)}
      muted
      playsInline
      aria-label="What the camera sees"
    />
  );
}

interface DivisionProps {
  readonly summary: Summary | null;
  readonly project: string;
}

export function Division({ summary, project }: DivisionProps) {
  if (summary === null || summary.samples === 0) return null;
  const counts = divisionOf(summary);
  const people = summary.groups.length;
  return (
    <div className="stack tight small">
      {counts.length > 0 && (
        <>
          <div className="start-division" aria-hidden="true">
            {counts.map(({ split, count }) => (
              <i key={split} className={split} style={{ flexGrow: count }} />
            ))}
          </div>
          <b className="num">{counts.map(({ split, count }) => `${count} ${split}`).join(" · ")}</b>
        </>
      )}
      <p className="muted">
        {people <= 1
          ? "All by one person or device, so the accuracy is for that one alone."
          : `By ${people} people or devices.`}{" "}
        <a href={`/${project}/data/collect`}>Ask more people</a>
      </p>
    </div>
  );
}
