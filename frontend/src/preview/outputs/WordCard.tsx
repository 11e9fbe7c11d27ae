// A word that a rune sent, as the answer of this moment: of a stream, the word that is called.
import { LabelAnswer } from "../answers/LabelAnswer";
import { useExpectation } from "../examples/expectation";
import type { Calling, Card } from "../readings/readings";
import { CallingControls } from "./CallingControls";
import { shownWord } from "./shown-word";
import { useClock } from "./use-clock";

interface Props {
  readonly card: Extract<Card, { kind: "word" }>;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function WordCard({ card, calling, unit, onCalling }: Props) {
  const now = useClock();
  const { expected, older } = useExpectation();
  const { word, filling } = shownWord(card, calling, unit, expected !== null);
  return (
    <>
      <LabelAnswer
        answer={word}
        isQuiet={word?.isQuiet ?? false}
        scores={card.scores}
        filling={filling}
        threshold={card.isCalled ? calling.threshold : null}
        age={word === null ? null : now - word.at}
        history={card.history.map(({ text }) => text)}
        expected={expected}
        older={older}
        isLive
      />
      {card.isCalled && <CallingControls calling={calling} unit={unit} onCalling={onCalling} />}
    </>
  );
}
