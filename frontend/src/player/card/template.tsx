// The face of a template's card: the recording on which its rune ran in this page, and its answer as bars.
import { createRoot } from "react-dom/client";
import { percentText, PlayedInput } from "../../preview";
import { recordingOf } from "../../runtime";
import { writtenFiles } from "../example-files";
import { answerOnce, rarestAnswer, type CardNews } from "./run";
import "./template.css";

/** Shows in the place of the card's icon what the template answers on its recording. Rejects, or leaves it, without an answer. */
export async function showTemplate(face: HTMLElement, rune: string, examples = "[]"): Promise<void> {
  const holder = document.createElement("div");
  holder.hidden = true;
  document.body.append(holder);
  try {
    const files = () => Promise.resolve(writtenFiles(examples));
    const news = await answerOnce(holder, { rune, files }, rarestAnswer());
    if (news === null || !face.isConnected) return;
    face.replaceChildren();
    face.removeAttribute("aria-hidden");
    face.classList.add("live", recordingOf(news.request) ?? "number");
    createRoot(face).render(<TemplateFace news={news} />);
  } finally {
    holder.remove();
  }
}

function TemplateFace({ news }: { readonly news: CardNews }) {
  const { request, input, inputText, headline, bars } = news;
  const kind = recordingOf(request);
  return (
    <>
      <span className="live-template-input" aria-hidden="true">
        {kind === null ? (
          <span className="num live-template-number">{inputText}</span>
        ) : (
          <PlayedInput kind={kind} request={request} input={input} />
        )}
      </span>
      <span className="aloud">Answers here: </span>
      {bars.length > 0 ? (
        <span className="live-template-bars num">
          {bars.map(({ name, share }, place) => (
            <span key={name} className={place === 0 ? "top" : ""}>
              <span className="cut" title={name}>
                {name}
              </span>
              <span className="meter" aria-hidden="true">
                <i style={{ width: `${100 * share}%` }} />
              </span>
              <span>{percentText(share)}</span>
            </span>
          ))}
        </span>
      ) : (
        <b className="cut live-template-answer num">{headline?.text}</b>
      )}
    </>
  );
}
