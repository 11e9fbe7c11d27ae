// A word that a rune sent, as the answer of this moment: of a stream, the word that is called.
import { AlarmAnswer } from "../answers/AlarmAnswer";
import type { Alarm } from "../answers/alarms";
import { LabelAnswer } from "../answers/LabelAnswer";
import { useExpectation } from "../examples/expectation";
import type { Calling, Card } from "../readings/readings";
import { CallingControls } from "./CallingControls";
import { shownWord } from "./shown-word";
import { useClock } from "./use-clock";

interface Props {
  readonly card: Extract<Card, { kind: "word" }>;
  /** The score behind a word that a threshold decides; null of other words. */
  readonly alarm: Alarm | null;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function WordCard({ card, alarm, calling, unit, onCalling }: Props) {
  const now = useClock();
  const { expected, older, page } = useExpectation();
  const { word, filling } = shownWord(card, calling, unit, expected !== null);
  if (alarm !== null && word !== null)
    return (
      <AlarmAnswer text={word.text} alarm={alarm} age={now - word.at} expected={expected} older={older} page={page} />
    );
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
        page={page}
        isLive
      />
      {card.isCalled && <CallingControls calling={calling} unit={unit} onCalling={onCalling} />}
    </>
  );
}
