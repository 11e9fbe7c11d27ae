// One card of what the rune said, in the way that its person wants to look at it.
import { SlidersHorizontal, Tags } from "lucide-react";
import { memo, Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import type { OutputTensor } from "../../runtime";
import { AnswerBars } from "../answers/AnswerBars";
import { useHost } from "../host";
import { headlineText, numberText } from "../readings/numbers";
import type { Calling, Card } from "../readings/readings";
import type { ShownPicture } from "./views/OverlayView";
import { useView, ViewChoice } from "./views/ViewChoice";
import { viewsOf, type OutputView } from "./views/views";
import { WordCard } from "./WordCard";

const LiveChart = lazyPart(() => import("./LiveChart"));
const TensorView = lazyPart(() => import("./views/TensorView"));
const ThresholdChart = lazyPart(() => import("../threshold/ThresholdChart"));

interface Props {
  readonly card: Card;
  /** The tensors of all outputs in the same run. */
  readonly tensors: readonly OutputTensor[];
  /** The picture that the run was given, where it was given one. */
  readonly shownPicture: ShownPicture | null;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export const OutputCard = memo(function OutputCard(props: Props) {
  const { card, shownPicture } = props;
  const views = viewsOf(card, shownPicture !== null);
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

function CardView({ card, tensors, shownPicture, calling, unit, onCalling, view, onView }: ViewProps) {
  switch (view) {
    case "label":
      return card.kind === "word" ? <WordCard card={card} calling={calling} unit={unit} onCalling={onCalling} /> : null;
    case "bars":
      return card.kind === "scores" ? <Scores card={card} onTune={() => onView("chart")} /> : null;
    case "chart":
      return (
        <>
          {card.kind === "number" && (
            <p className="preview-big num" title={numberText(card.value)}>
              {headlineText(card.value)}
            </p>
          )}
          {card.past.length > 2 && <Chart card={card} />}
        </>
      );
    default:
      return (
        <Suspense fallback={null}>
          <TensorView
            tensor={card.tensor}
            behind={card.kind === "word" ? card.scoredTensor : null}
            beside={tensors.filter((each) => each !== card.tensor)}
            shownPicture={shownPicture}
            title={card.title}
            view={view}
          />
        </Suspense>
      );
  }
}

/** Of scores of a project, with the threshold that is tuned on its recordings. */
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
