// The button of a review that runs the build and the one before it on all samples that the page lists: what each says stands
// at its sample, and those that are answered differently come first. The list stays playable; nothing is sent anywhere.
import { address } from "../../api/request";
import { heardOnAll, type RuneAnswer, type StoredRecording, type SampleRecording } from "../../preview";
import { isRecordingKind } from "../../runtime";
import { fetchRune } from "../fetch-rune";
import {
  byLabel,
  labelCount,
  differs,
  isRight,
  shareText,
  summary,
  textOf,
  verdict,
  type AnswerPair,
} from "./differing";
import { ownFileOf, takeOwnFiles } from "./own-files";

const NOT_RUN: RuneAnswer = { problem: "It was not run." };

export function compareSamples(): void {
  for (const section of document.querySelectorAll<HTMLElement>("[data-compare-samples]")) {
    const button = section.querySelector<HTMLButtonElement>("[data-compare]");
    const status = section.querySelector<HTMLElement>("[data-compared]");
    const { runeUrl, beforeUrl, beforeName } = section.dataset;
    if (!button || !status || runeUrl === undefined || beforeUrl === undefined || beforeName === undefined) continue;
    button.hidden = false;
    takeOwnFiles(section);
    button.addEventListener("click", () => {
      button.disabled = true;
      void run(section, status, [runeUrl, beforeUrl], beforeName)
        .catch((error: unknown) => {
          status.textContent = error instanceof Error ? error.message : String(error);
        })
        .finally(() => {
          button.disabled = false;
        });
    });
  }
}

async function run(
  section: HTMLElement,
  status: HTMLElement,
  addresses: readonly [string, string],
  beforeName: string,
): Promise<void> {
  const nowName = section.dataset["nowName"] ?? "This build";
  const items = [...section.querySelectorAll<HTMLElement>("[data-sample]")];
  const recordings = items.map(recordingOf);
  const total = 2 * recordings.length;
  const leaving = new AbortController();
  const holder = section.appendChild(Object.assign(document.createElement("div"), { hidden: true }));
  const answersAt = async (address: string, done: number): Promise<ReadonlyMap<string, RuneAnswer>> => {
    const rune = await fetchRune(address, leaving.signal, () => undefined);
    return heardOnAll(holder, rune, recordings, leaving.signal, (count) => {
      status.textContent = `Running both: ${done + count} of ${total}`;
    });
  };
  try {
    status.textContent = "Running both…";
    const now = await answersAt(addresses[0], 0);
    const before = await answersAt(addresses[1], recordings.length);
    const pairs = items.map((item): AnswerPair => {
      const { sample = "", label = "" } = item.dataset;
      return { id: sample, label, now: now.get(sample) ?? NOT_RUN, before: before.get(sample) ?? NOT_RUN };
    });
    show(items, pairs, beforeName, nowName);
    showLabels(section, pairs, beforeName, nowName);
    status.textContent = `${summary(pairs)} ${verdict(pairs, beforeName, nowName)}`.trim();
  } finally {
    holder.remove();
  }
}

function recordingOf(item: HTMLElement): SampleRecording {
  const { sample = "", label = "", kind = "" } = item.dataset;
  return {
    id: sample,
    read: async (): Promise<StoredRecording> => {
      if (!isRecordingKind(kind)) throw new Error("A recording of this kind cannot be run here.");
      const own = ownFileOf(item);
      if (own !== undefined) return { label, kind, file: own };
      const recording = address("get", "/api/v1/samples/{sample_id}/recording", { path: { sample_id: sample } });
      const response = await fetch(recording, { credentials: "same-origin" });
      if (!response.ok) throw new Error("The recording could not be fetched.");
      return { label, kind, file: await response.blob() };
    },
  };
}

/** Writes the answers into the list, and puts those that differ first; all others keep their order. */
function show(items: readonly HTMLElement[], pairs: readonly AnswerPair[], beforeName: string, nowName: string): void {
  const list = items[0]?.parentElement;
  for (const [index, item] of items.entries()) {
    const pair = pairs[index];
    if (pair === undefined) continue;
    item.querySelector("[data-answers-of]")?.remove();
    const line = document.createElement("p");
    line.className = "small row wrap";
    line.dataset["answersOf"] = "";
    line.append(word(nowName, pair.now, pair.label), word(beforeName, pair.before, pair.label));
    item.append(line);
    item.classList.toggle("differs", differs(pair));
  }
  list?.prepend(...items.filter((_, index) => pairs[index] !== undefined && differs(pairs[index])));
}

/** How many samples of each label each of both has right, with the range of its share, where the page has room for it. */
function showLabels(section: HTMLElement, pairs: readonly AnswerPair[], beforeName: string, nowName: string): void {
  const place = section.querySelector<HTMLElement>("[data-by-label]");
  if (!place) return;
  const table = Object.assign(document.createElement("table"), { className: "num" });
  const row = (tag: "th" | "td", texts: readonly string[]): void => {
    const row = table.insertRow();
    for (const [index, text] of texts.entries()) {
      const cell = document.createElement(index === 0 ? "th" : tag);
      if (cell.tagName === "TH") cell.scope = tag === "th" ? "col" : "row";
      if (tag === "td" && index === 0) cell.className = "first";
      row.append(Object.assign(cell, { textContent: text }));
    }
  };
  row("th", ["Label", beforeName, nowName, "Samples"]);
  const counts = byLabel(pairs);
  for (const { label, before, now, all } of counts.length > 1 ? [...counts, labelCount("All", pairs)] : counts) {
    row("td", [label, shareText(before, all), shareText(now, all), `${all}`]);
  }
  place.replaceChildren(table);
  place.hidden = false;
}

function word(name: string, answer: RuneAnswer, label: string): HTMLElement {
  const right = isRight(answer, label);
  const mark = right === null ? "" : right ? "ok" : "warn";
  const tag = Object.assign(document.createElement("span"), { className: `tag ${mark}` });
  tag.textContent = `${name}: ${textOf(answer)}${right === null ? "" : right ? ", right" : ", wrong"}`;
  return tag;
}
