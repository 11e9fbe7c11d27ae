// One card of what the rune said, in the way that its person wants to look at it.
import { Tags } from "lucide-react";
import { lazy, Suspense } from "react";
import type { OutputTensor } from "../../runtime";
import { useHost } from "../host";
import { numberText } from "../numbers";
import type { Calling, Card } from "../readings";
import { OverlayView, type Shown } from "./OverlayView";
import { ScoreBars } from "./ScoreBars";
import { HistogramView, ImageView, MapView } from "./TensorViews";
import { JsonView, TextView } from "./TextViews";
import { useView, ViewChoice } from "./ViewChoice";
import { viewsOf, type View } from "./views";
import { WordCard } from "./WordCard";

const LiveChart = lazy(() => import("./LiveChart"));

interface Props {
  readonly card: Card;
  /** What the other outputs sent in the same run. */
  readonly beside: readonly OutputTensor[];
  /** The picture that the run was given, where it was given one. */
  readonly shown: Shown | null;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function OutputCard(props: Props) {
  const { card, shown } = props;
  const views = viewsOf(card, shown !== null);
  const [view, choose] = useView(card.title, views);
  return (
    <section className="card stack preview-card says" aria-label={`Output ${card.title}`}>
      <div className="row between">
        <div className="label">{card.title}</div>
        <ViewChoice title={card.title} views={views} view={view} onView={choose} />
      </div>
      <CardView {...props} view={view} />
    </section>
  );
}

function CardView({ card, beside, shown, calling, unit, onCalling, view }: Props & { readonly view: View }) {
  switch (view) {
    case "label":
      return card.kind === "word" ? <WordCard card={card} calling={calling} unit={unit} onCalling={onCalling} /> : null;
    case "bars":
      return card.kind === "scores" ? <Scores card={card} /> : null;
    case "chart":
      return (
        <>
          {card.kind === "number" && <p className="preview-big num">{numberText(card.value)}</p>}
          {card.past.length > 2 && (
            <Suspense fallback={null}>
              <LiveChart past={card.past} names={card.names} label={`${card.title}: the values of the last ${card.past.length} runs`} />
            </Suspense>
          )}
        </>
      );
    default:
      return <TensorView tensor={card.tensor} behind={card.kind === "word" ? card.scored : null} beside={beside} shown={shown} title={card.title} view={view} />;
  }
}

function Scores({ card }: { readonly card: Extract<Card, { kind: "scores" }> }) {
  const { onAddLabels } = useHost();
  return (
    <>
      <ScoreBars scores={card.scores} />
      {!card.isNamed && onAddLabels !== undefined && (
        <div>
          <button type="button" className="button quiet preview-more" title="Gives each score a name: a file of labels, and the blocks that read it" onClick={() => onAddLabels(card.stage, card.index, card.scores.length)}>
            <Tags aria-hidden="true" />
            Add labels
          </button>
        </div>
      )}
    </>
  );
}

interface TensorProps {
  readonly tensor: OutputTensor;
  /** Shown with it as JSON: the scores of a word. */
  readonly behind?: OutputTensor | null;
  readonly beside: readonly OutputTensor[];
  readonly shown: Shown | null;
  readonly title: string;
  readonly view: View;
}

export function TensorView({ tensor, behind = null, beside, shown, title, view }: TensorProps) {
  switch (view) {
    case "image":
      return <ImageView tensor={tensor} />;
    case "map":
    case "line":
      return <MapView tensor={tensor} />;
    case "histogram":
      return <HistogramView tensor={tensor} />;
    case "boxes":
    case "points":
      return <OverlayView kind={view} tensor={tensor} beside={beside} shown={shown} title={title} />;
    case "json":
      return <JsonView tensors={behind === null ? [tensor] : [tensor, behind]} />;
    default:
      return <TextView tensor={tensor} />;
  }
}
