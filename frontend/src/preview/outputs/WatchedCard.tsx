// The values of one watched wire, beside the outputs.
import { EyeOff } from "lucide-react";
import { Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import type { OutputTensor } from "../../runtime";
import type { ShownPicture } from "../answers/shown-picture";
import { useView, ViewChoice } from "./views/ViewChoice";
import { tensorViews, type OutputView } from "./views/views";

const TensorView = lazyPart(() => import("./views/TensorView"));

interface Props {
  readonly stage: string;
  readonly index: number;
  /** Null until the rune that sends it is there and has run. */
  readonly tensor: OutputTensor | null;
  readonly shownPicture: ShownPicture | null;
  readonly waiting: string;
  readonly onUnwatch: () => void;
}

const NOTHING: readonly [OutputView, ...OutputView[]] = ["map"];

export default function WatchedCard({ stage, index, tensor, shownPicture, waiting, onUnwatch }: Props) {
  const title = `${stage}.${index}`;
  const name = index === 0 ? stage : `${stage}, output ${index + 1}`;
  const views = tensor === null ? NOTHING : tensorViews(tensor, shownPicture !== null);
  const [view, choose] = useView(title, views);
  return (
    <section className="card stack preview-card says watched" aria-label={`Watched ${name}`}>
      <div className="row between">
        <div className="label">After {name}</div>
        <span className="row">
          <ViewChoice title={title} views={views} view={view} onView={choose} />
          <button
            type="button"
            className="button quiet square"
            aria-label={`Stop watching ${name}`}
            title="Stop watching"
            onClick={onUnwatch}
          >
            <EyeOff aria-hidden="true" />
          </button>
        </span>
      </div>
      {tensor === null ? (
        <p className="small muted" role="status">
          {waiting}
        </p>
      ) : (
        <Suspense fallback={null}>
          <TensorView tensor={tensor} beside={[]} shownPicture={shownPicture} title={title} view={view} />
        </Suspense>
      )}
    </section>
  );
}
