// A rune's answer on one output, in few words: for answers that stand side by side.
import { Suspense } from "react";
import { lazyPart } from "../../look/boundary";
import { AnswerBars } from "../answers/AnswerBars";
import { AnswerLine } from "../answers/AnswerLine";
import { BriefLabel } from "../answers/BriefLabel";
import { headlineText, numberText } from "../readings/numbers";
import type { Card } from "../readings/readings";
import { tensorViews } from "./views/views";

const TensorView = lazyPart(() => import("./views/TensorView"));

/** Scores that are shown. */
const SHOWN = 4;

export function BriefAnswer({ card }: { readonly card: Card }) {
  switch (card.kind) {
    case "word":
      return <BriefLabel answer={card.word} scores={card.scores} isQuiet={card.word?.isQuiet ?? false} />;
    case "scores":
      return <AnswerBars scores={card.scores} first={SHOWN} />;
    case "number":
      return <AnswerLine text={headlineText(card.value)} share={card.share} title={numberText(card.value)} isSmall />;
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
