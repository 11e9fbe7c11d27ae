// One capability: where its input comes from, and that source.
import { startTransition, Suspense, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { CapabilityRequest } from "../runtime";
import { choicesFor, fetchChoices } from "./sources/choices";

interface Props {
  readonly request: CapabilityRequest;
  readonly place: number;
  /** What was chosen for such an input of the rune before, by the source's label. */
  readonly before: string | undefined;
  readonly onChoose: (label: string) => void;
  readonly offer: (place: number, data: ArrayBuffer, isStream: boolean) => void;
  readonly withdraw: (place: number) => void;
}

/** Mounted once for each different request, so that a source that runs goes on when a rebuilt rune asks for the same. */
export function InputCard({ request: capability, place, before, onChoose, offer, withdraw }: Props) {
  const [request] = useState(capability);
  const [choices] = useState(() => choicesFor(request));
  const [chosen, setChosen] = useState(choices.find(({ label }) => label === before) ?? choices[0]);
  const titleId = useId();
  const onInput = useCallback(
    (data: ArrayBuffer | null, isStream = false) => {
      if (data === null) withdraw(place);
      else offer(place, data, isStream);
    },
    [offer, withdraw, place],
  );
  const choose = (choice: typeof chosen): void => {
    // The source before stays until the chosen one is here.
    startTransition(() => setChosen(choice));
    onChoose(choice.label);
  };
  const hasOthers = choices.length > 1;
  useEffect(() => {
    if (hasOthers) fetchChoices();
  }, [hasOthers]);
  // Before the chosen source begins: what the rune said of the one before is no answer to it.
  const fed = useRef(chosen);
  useLayoutEffect(() => {
    if (fed.current === chosen) return;
    fed.current = chosen;
    withdraw(place);
  }, [chosen, withdraw, place]);
  const { icon: Icon, Source } = chosen;
  return (
    <section className="card stack preview-card" aria-labelledby={titleId}>
      <div className="row between wrap">
        <h3 id={titleId} className="row">
          <Icon className="icon" aria-hidden="true" />
          {chosen.title}
          {request.stage !== null && <span className="label">{request.stage}</span>}
        </h3>
        {hasOthers && (
          <div className="segmented" role="group" aria-label="Where the input comes from">
            {choices.map((choice) => (
              <button key={choice.label} type="button" aria-pressed={choice === chosen} onClick={() => choose(choice)}>
                {choice.label}
              </button>
            ))}
          </div>
        )}
      </div>
      <Suspense fallback={<p className="preview-off muted">Loading…</p>}>
        <Source key={chosen.label} request={request} onInput={onInput} />
      </Suspense>
    </section>
  );
}
