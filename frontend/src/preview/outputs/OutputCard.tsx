// One card of what the rune said, in the way that its person wants to look at it.
import { SlidersHorizontal, Tags } from "lucide-react";
import { memo, Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import type { OutputTensor } from "../../runtime";
import type { Alarm } from "../answers/alarms";
import { NumberAnswer } from "../answers/NumberAnswer";
import { AnswerBars } from "../answers/AnswerBars";
import type { Detection } from "../answers/objects/detections";
import { useHost } from "../host";
import type { Calling, Card } from "../readings/readings";
import type { ShownPicture } from "../answers/shown-picture";
import { useView, ViewChoice } from "./views/ViewChoice";
import { viewsOf, type OutputView } from "./views/views";
import { WordCard } from "./WordCard";

const ObjectsAnswer = lazyPart(() => import("../answers/objects/ObjectsAnswer"));
const LiveChart = lazyPart(() => import("./LiveChart"));
const TensorView = lazyPart(() => import("./views/TensorView"));
const ThresholdChart = lazyPart(() => import("../threshold/ThresholdChart"));

interface Props {
  readonly card: Card;
  /** The tensors of all outputs in the same run. */
  readonly tensors: readonly OutputTensor[];
  /** The picture that the run was given, where it was given one. */
  readonly shownPicture: ShownPicture | null;
  /** The score behind a word that a threshold decides; null of other outputs. */
  readonly alarm?: Alarm | null;
  /** The objects in a picture that it is about; null of other outputs. */
  readonly detection?: Detection | null;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export const OutputCard = memo(function OutputCard(props: Props) {
  const { card, shownPicture, detection = null } = props;
  const views = viewsOf(card, shownPicture !== null, detection !== null);
  const [view, choose] = useView(card.title, views);
  return (
    <section className="card stack preview-card says" aria-label={`Output ${card.title}`}>
      <div className="row between">
        <div className="label">{card.title}</div>
        <ViewChoice title={card.title} views={views} view={view} onView={choose} />
      </div>
      <CardView {...props} view={view} onView={choose} />
    </section>
  );
});

interface ViewProps extends Props {
  readonly view: OutputView;
  readonly onView: (view: OutputView) => void;
}

function CardView({
  card,
  alarm = null,
  detection = null,
  tensors,
  shownPicture,
  calling,
  unit,
  onCalling,
  view,
  onView,
}: ViewProps) {
  switch (view) {
    case "label":
      return card.kind === "word" ? (
        <WordCard card={card} alarm={alarm} calling={calling} unit={unit} onCalling={onCalling} />
      ) : null;
    case "objects":
      return detection === null ? null : (
        <Suspense fallback={null}>
          <ObjectsAnswer count={detection.count} shownPicture={shownPicture} />
        </Suspense>
      );
    case "bars":
      return card.kind === "scores" ? <Scores card={card} onTune={() => onView("chart")} /> : null;
    case "chart":
      return (
        <>
          {card.kind === "number" && <NumberAnswer value={card.value} share={card.share} />}
          {card.past.length > 2 && <Chart card={card} />}
        </>
      );
    default:
      return (
        <Suspense fallback={null}>
          <TensorView
            tensor={card.tensor}
            behind={card.kind === "word" ? card.scoredTensor : (detection?.positions ?? null)}
            beside={tensors.filter((each) => each !== card.tensor)}
            shownPicture={shownPicture}
            title={card.title}
            view={view}
          />
        </Suspense>
      );
  }
}

/** The chart of a project's scores, with the threshold that is tuned on its recordings. */
function Chart({ card }: { readonly card: Card }) {
  const { thresholds, wordlists = [] } = useHost();
  return (
    <Suspense fallback={null}>
      {thresholds === undefined ? (
        <LiveChart
          past={card.past}
          names={card.names}
          label={`${card.title}: the values of the last ${card.past.length} runs`}
        />
      ) : (
        <ThresholdChart key={card.followedTensor.key} card={card} wordlists={wordlists} host={thresholds} />
      )}
    </Suspense>
  );
}

interface ScoresProps {
  readonly card: Extract<Card, { kind: "scores" }>;
  readonly onTune: () => void;
}

function Scores({ card, onTune }: ScoresProps) {
  const { onAddLabels, thresholds } = useHost();
  return (
    <>
      <AnswerBars scores={card.scores} />
      {!card.isNamed && onAddLabels !== undefined && (
        <div>
          <button
            type="button"
            className="button quiet preview-more"
            title="Adds a file of labels and the blocks that name each score"
            onClick={() => onAddLabels(card.stage, card.index, card.scores.length)}
          >
            <Tags aria-hidden="true" />
            Add labels
          </button>
        </div>
      )}
      {thresholds !== undefined && card.past.length > 2 && (
        <div>
          <button type="button" className="button quiet preview-more" onClick={onTune}>
            <SlidersHorizontal aria-hidden="true" />
            Tune a threshold
          </button>
        </div>
      )}
    </>
  );
}
