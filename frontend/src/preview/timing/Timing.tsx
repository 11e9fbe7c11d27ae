// Timing, opened on demand: what it shows is fetched then.
import { Suspense, useState } from "react";
import { lazyPart } from "../../look/boundary";
import type { TimingProps } from "./TimingDetails";

const TimingDetails = lazyPart(() => import("./TimingDetails"));

export function Timing(props: TimingProps) {
  const [isOpen, setOpen] = useState(false);
  const toggle = (next: boolean): void => {
    setOpen(next);
    props.timedRune.onToggle(next);
  };
  return (
    <details className="card preview-card preview-timing" onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>Timing</summary>
      {isOpen && (
        <Suspense fallback={<p className="small muted">Loading…</p>}>
          <TimingDetails {...props} />
        </Suspense>
      )}
    </details>
  );
}
