// One card of what the rune said.
import type { Calling, Card } from "../readings";
import { ScoreBars } from "./ScoreBars";
import { NumberView, PictureView, ValuesView } from "./TensorViews";
import { WordCard } from "./WordCard";

interface Props {
  readonly card: Card;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function OutputCard({ card, calling, unit, onCalling }: Props) {
  return (
    <section className="card stack preview-card says" aria-label={`Output ${card.title}`}>
      {card.kind !== "word" && <div className="label">{card.title}</div>}
      <Body card={card} calling={calling} unit={unit} onCalling={onCalling} />
    </section>
  );
}

function Body({ card, calling, unit, onCalling }: Props) {
  switch (card.kind) {
    case "word":
      return <WordCard card={card} calling={calling} unit={unit} onCalling={onCalling} />;
    case "scores":
      return <ScoreBars scores={card.scores} isSorted={false} />;
    case "number":
      return <NumberView value={card.value} past={card.past} />;
    case "image":
      return <PictureView tensor={card.tensor} />;
    case "values":
      return <ValuesView tensor={card.tensor} />;
    case "texts":
      return (
        <ul className="preview-texts">
          {card.texts.map((text, index) => (
            <li key={index}>{text}</li>
          ))}
        </ul>
      );
  }
}
