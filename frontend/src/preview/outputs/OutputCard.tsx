// One card of what the rune said, in the way that its person wants to look at it.
import { SlidersHorizontal, Tags } from "lucide-react";
import { memo, Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import type { OutputTensor } from "../../runtime";
import { certaintyText } from "../../look/certainty/certainty";
import type { Alarm } from "../answers/alarms";
import { AnswerLine } from "../answers/AnswerLine";
import { AnswerBars } from "../answers/AnswerBars";
import { useHost } from "../host";
import { headlineText, numberText } from "../readings/numbers";
import type { Calling, Card, OutputScore } from "../readings/readings";
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
  /** The score behind a word that a threshold decides; null of other outputs. */
  readonly alarm?: Alarm | null;
  /** Whether it says how many objects of each label there are. */
  readonly isCount?: boolean;
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

function CardView({
  card,
  alarm = null,
  isCount = false,
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
    case "bars":
      return card.kind === "scores" ? <Scores card={card} isCount={isCount} onTune={() => onView("chart")} /> : null;
    case "chart":
      return (
        <>
          {card.kind === "number" && <NumberAnswer card={card} />}
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

/** A number, with how sure it is where it is a probability. */
function NumberAnswer({ card: { value, share } }: { readonly card: Extract<Card, { kind: "number" }> }) {
  return (
    <div className="answer">
      <AnswerLine text={share === null ? headlineText(value) : certaintyText(share)} title={numberText(value)} />
      {share !== null && (
        <div className="meter thin" aria-hidden="true">
          <i style={{ width: `${100 * share}%` }} />
        </div>
      )}
    </div>
  );
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

/** The count of all objects first, then a row for each label. */
function ObjectCount({ scores }: { readonly scores: readonly OutputScore[] }) {
  const count = scores.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className="answer">
      <AnswerLine text={String(count)} unit={` ${count === 1 ? "object" : "objects"}`} />
    </div>
  );
}

interface ScoresProps {
  readonly card: Extract<Card, { kind: "scores" }>;
  readonly isCount: boolean;
  readonly onTune: () => void;
}

function Scores({ card, isCount, onTune }: ScoresProps) {
  const { onAddLabels, thresholds } = useHost();
  return (
    <>
      {isCount && <ObjectCount scores={card.scores} />}
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
