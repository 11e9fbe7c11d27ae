// The value of a stage in the newest run, in the room of a stage: a word, a number, columns, a heat map, a line, a picture.
import type { OutputTensor } from "../../runtime";
import { headline } from "../outputs/headline";
import { Columns } from "../outputs/views/Columns";
import TensorView from "../outputs/views/TensorView";
import { tensorViews, type OutputView } from "../outputs/views/views";
import { DEFAULT_CALLING, NO_READINGS, read, type Card } from "../readings/readings";
import { columnsOf } from "./columns";

/** A tensor that flows out of a stage. */
export function StageValue({ tensor }: { readonly tensor: OutputTensor }) {
  const context = { wordlists: [], isStream: false, calling: DEFAULT_CALLING, now: 0 };
  const [card] = read(NO_READINGS, [{ channel: 0, stage: null, tensors: [tensor] }], context).cards;
  return card === undefined ? null : <CardValue card={card} />;
}

/** An output in short. */
export function CardValue({ card }: { readonly card: Card }) {
  switch (card.kind) {
    case "scores": {
      const columns = columnsOf(card.scores);
      return columns === null ? drawn(card, "line") : <Columns {...columns} />;
    }
    case "image":
      return drawn(card, "image");
    case "values":
      return drawn(card, tensorViews(card.tensor)[0]);
    default: {
      const text = headline([card])?.text ?? "";
      return <b title={text}>{text}</b>;
    }
  }
}

function drawn({ tensor }: Card, view: OutputView) {
  return <TensorView tensor={tensor} beside={[]} shownPicture={null} title="" view={view} />;
}
