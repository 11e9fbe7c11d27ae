// A rune's answer on one output, in few words: for answers that stand side by side.
import { Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import { headlineText, numberText, percentText } from "../readings/numbers";
import { scoreText, type Card, type OutputScore } from "../readings/readings";
import { ShareBar } from "./ShareBar";
import { tensorViews } from "./views/views";

const TensorView = lazyPart(() => import("./views/TensorView"));

/** Scores that are shown. */
const SHOWN = 4;

export function BriefAnswer({ card }: { readonly card: Card }) {
  switch (card.kind) {
    case "word":
      return (
        <>
          <p className="preview-big">{card.word?.text ?? "…"}</p>
          {card.word !== null && card.word.share !== null && (
            <p className="small muted num">{percentText(card.word.share)} sure</p>
          )}
          <Highest scores={card.scores} />
        </>
      );
    case "scores":
      return <Highest scores={card.scores} />;
    case "number":
      return (
        <p className="preview-big num" title={numberText(card.value)}>
          {headlineText(card.value)}
        </p>
      );
    default:
      return (
        <Suspense fallback={null}>
          <TensorView
            tensor={card.tensor}
            beside={[]}
            shownPicture={null}
            title={card.title}
            view={tensorViews(card.tensor)[0]}
          />
        </Suspense>
      );
  }
}

/** The highest scores; those that are probabilities have bars. */
function Highest({ scores }: { readonly scores: readonly OutputScore[] }) {
  return (
    <dl className="preview-bars num">
      {scores.slice(0, SHOWN).map(({ index, name, value, share }, place) => (
        <div key={index} className={place === 0 ? "top" : ""}>
          <dt>{name}</dt>
          <ShareBar share={share} />
          <dd>{scoreText({ index, name, value, share })}</dd>
        </div>
      ))}
    </dl>
  );
}
