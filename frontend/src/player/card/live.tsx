// The face of a card while its rune runs: what it is given on the left, what it answers on the right.
import { StrictMode, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { latestOf, percentText, Played, shownBytes, sizeText } from "../../preview";
import { recordingOf } from "../../runtime";
import { playExample, type CardNews } from "./card-run";
import "./card.css";

/** Shows it in the place of the card's picture. */
export function showAnswer(face: HTMLElement, tag: string, onEnd: () => void): void {
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
  const [seen, setSeen] = useState<ArrayBuffer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [runs, setRuns] = useState(true);
  useEffect(() => {
    const leaving = new AbortController();
    if (holder.current !== null)
      playExample(holder.current, tag, leaving.signal, (next) => {
        if (leaving.signal.aborted) return;
        setNews(next);
        setSeen((before) => latestOf(before, next.input, shownBytes(next.request)));
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
      <div className="rune-card-input">{news !== null && <Input news={news} seen={seen} />}</div>
      <div className="rune-card-answer">
        {problem === null ? <Answer news={news} runs={runs} /> : <p className="small">{problem}</p>}
      </div>
    </>
  );
}

function Input({ news: { request, inputText }, seen }: { readonly news: CardNews; readonly seen: ArrayBuffer | null }) {
  const kind = recordingOf(request);
  if (kind !== null) return <Played kind={kind} request={request} input={seen} />;
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
          {percentText(headline.share)}
        </span>
      )}
    </>
  );
}
