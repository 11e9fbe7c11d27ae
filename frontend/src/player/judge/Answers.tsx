// The answers of one or two runes, in one line: in view while the page is read, and above the verdict.
import { certaintyText } from "../../look/certainty/certainty";
import { answerOf, type Card } from "../../preview";

export interface NamedAnswer {
  readonly name: string;
  readonly cards: readonly Card[];
}

export function Answers({ answers }: { readonly answers: readonly NamedAnswer[] }) {
  // Said once for each change, and only where the cards that say it too are out of sight.
  return (
    <div className="answers" aria-hidden="true">
      {answers.map(({ name, cards }) => {
        const share = shareOf(cards);
        return (
          <div key={name}>
            <span className="small">
              <span className="muted">{name}</span>
              <span className="num">{share === null ? "" : `${certaintyText(share)} sure`}</span>
            </span>
            <b>{answerOf(cards) ?? "–"}</b>
          </div>
        );
      })}
    </div>
  );
}

/** How sure the rune is of its answer, 0 to 1; null where it does not say so. */
function shareOf(cards: readonly Card[]): number | null {
  for (const card of cards) {
    if (card.kind === "word") return card.word?.share ?? null;
    if (card.kind === "scores") return card.scores[0]?.share ?? null;
  }
  return null;
}
