// The face of a card whose rune has run, or runs: what it is given on the left, what it answers on the right.
import { StrictMode, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { certaintyText } from "../../look/certainty/certainty";
import { PlayedInput, sizeText } from "../../preview";
import { recordingOf } from "../../runtime";
import { answerExample, playExample, type CardNews } from "./run";
import "./card.css";

/** Shows in the place of the card's picture what the rune answers on its example. Rejects, or leaves it, without an answer. */
export async function showAnswer(face: HTMLElement, tag: string): Promise<void> {
  const holder = document.createElement("div");
  holder.hidden = true;
  face.parentElement?.append(holder);
  try {
    const news = await answerExample(holder, tag);
    // After Run was pressed meanwhile, that run is shown.
    if (news === null || !face.isConnected) return;
    face.replaceChildren();
    face.classList.add("live");
    createRoot(face).render(<Face news={news} runs={false} problem={null} />);
  } finally {
    holder.remove();
  }
}

/** Runs the rune in the place of the card's picture. */
export function runHere(face: HTMLElement, tag: string, onEnd: () => void): void {
  face.replaceChildren();
  face.classList.add("live");
  createRoot(face).render(
    <StrictMode>
      <CardAnswer tag={tag} onEnd={onEnd} />
    </StrictMode>,
  );
}

function CardAnswer({ tag, onEnd }: { readonly tag: string; readonly onEnd: () => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const [news, setNews] = useState<CardNews | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [runs, setRuns] = useState(true);
  useEffect(() => {
    const leaving = new AbortController();
    if (holder.current !== null)
      playExample(holder.current, tag, leaving.signal, (next) => {
        if (!leaving.signal.aborted) setNews(next);
      })
        .catch((error: unknown) => {
          if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        })
        .finally(() => {
          if (leaving.signal.aborted) return;
          setRuns(false);
          onEnd();
        });
    return () => leaving.abort();
  }, [tag, onEnd]);
  return (
    <>
      <div ref={holder} hidden />
      <Face news={news} runs={runs} problem={problem} />
    </>
  );
}

interface FaceProps {
  readonly news: CardNews | null;
  readonly runs: boolean;
  readonly problem: string | null;
}

function Face({ news, runs, problem }: FaceProps) {
  return (
    <>
      <div className="rune-card-input">{news !== null && <Input news={news} />}</div>
      <div className="rune-card-answer">
        {problem === null ? <Answer news={news} runs={runs} /> : <p className="small">{problem}</p>}
      </div>
    </>
  );
}

function Input({ news: { request, input, inputText } }: { readonly news: CardNews }) {
  const kind = recordingOf(request);
  if (kind !== null) return <PlayedInput kind={kind} request={request} input={input} />;
  return <span className="num rune-card-number">{inputText === "" ? sizeText(request.size) : inputText}</span>;
}

function Answer({ news, runs }: { readonly news: CardNews | null; readonly runs: boolean }) {
  const headline = news?.headline ?? null;
  return (
    <>
      <span className="small muted row tight">
        <span className={runs ? "rune-card-dot" : "rune-card-dot over"} />
        {news === null ? "Starting the rune…" : headline === null && !runs ? "No answer in one word" : "answer"}
      </span>
      <b className="cut rune-card-word" aria-live="polite">
        {headline?.text ?? "…"}
      </b>
      {headline !== null && headline.share !== null && (
        <span className="row num small">
          <span className="meter grow" aria-hidden="true">
            <i style={{ width: `${100 * headline.share}%` }} />
          </span>
          {certaintyText(headline.share)}
        </span>
      )}
    </>
  );
}
