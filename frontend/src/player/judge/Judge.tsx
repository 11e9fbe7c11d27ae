// The rune that is judged, the one before it, or both on the same input: what an app did before it changed is what its
// reviewer knows. What they answer also stands where `answersIn` is, so that it is in view wherever the page is scrolled.
import { Suspense, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { lazyPart } from "../../look/boundary";
import { Preview } from "../../preview";
import type { Card, PreviewHost } from "../../preview";
import RuneComparison from "../../preview/comparison/RuneComparison";
import type { Limits } from "../../runtime";
import { FetchFailure } from "../FetchFailure";
import { fetchingText, useFetched } from "../use-fetched";
import { WrongResult, type WrongAddresses } from "../WrongResult";
import { Answers, type NamedAnswer } from "./Answers";
import "./judge.css";

export interface JudgedRune {
  readonly address: string;
  /** `This build`, `Approved build 1`. */
  readonly name: string;
  /** The same in a word, on the switch. */
  readonly short: string;
  /** Bytes that the build planned. */
  readonly memory: number | null;
}

interface Props {
  readonly judgedRune: JudgedRune;
  readonly before: JudgedRune | null;
  readonly limits: Limits;
  /** Where a wrong result is sent; null where its person may not. */
  readonly wrong: WrongAddresses | null;
  readonly answersIn: Element | null;
  /** The example inputs that the page brings along. */
  readonly host: PreviewHost;
  /** Where boards stand, and the address that tells of the build's firmware; null where there is none. */
  readonly boards: { readonly element: Element; readonly address: string } | null;
}

const Boards = lazyPart(() => import("../../device/Boards"));

type JudgeView = "judged" | "before" | "both";

export default function Judge({ judgedRune, before, limits, wrong, answersIn, host, boards }: Props) {
  const [view, setView] = useState<JudgeView>(before === null ? "judged" : "both");
  const [now, againNow] = useFetched(judgedRune.address);
  const [earlier, againEarlier] = useFetched(before?.address ?? null);
  const [fetchState, again, rune] =
    view === "before" && before !== null
      ? ([earlier, againEarlier, before] as const)
      : ([now, againNow, judgedRune] as const);
  const board = useMemo(
    () =>
      boards === null || now.state !== "there"
        ? null
        : { key: boards.address, address: boards.address, token: csrfToken, read: () => Promise.resolve(now.rune) },
    [boards, now],
  );
  const choices: readonly (readonly [JudgeView, string])[] =
    before === null
      ? []
      : [
          ["judged", judgedRune.short],
          ["before", before.short],
          ["both", "Both"],
        ];
  const report = (answers: readonly NamedAnswer[]) =>
    answersIn !== null && createPortal(<Answers answers={answers} />, answersIn);

  return (
    <div className="stack">
      {choices.length > 0 && (
        <div className="segmented judge-choice" role="group" aria-label="What runs">
          {choices.map(([choice, label]) => (
            <button key={choice} type="button" aria-pressed={choice === view} onClick={() => setView(choice)}>
              {label}
            </button>
          ))}
        </div>
      )}
      {fetchState.state === "failed" ? (
        <FetchFailure reason={fetchState.reason} onAgain={again} />
      ) : (
        <Preview
          rune={fetchState.state === "there" ? fetchState.rune : null}
          heading={null}
          memory={rune.memory}
          limits={limits}
          host={host}
          isLarge
          empty={fetchingText(fetchState, rune.name)}
          after={
            rune === judgedRune
              ? (running) => (
                  <>
                    {wrong !== null && <WrongResult addresses={wrong} running={running} />}
                    {boards !== null &&
                      board !== null &&
                      createPortal(
                        <Suspense fallback={null}>
                          <Boards source={board} what="this build" running={running} />
                        </Suspense>,
                        boards.element,
                      )}
                  </>
                )
              : undefined
          }
          answers={
            view === "both" && before !== null
              ? (running) => (
                  <RuneComparison
                    running={running}
                    rune={earlier.state === "there" ? earlier.rune : null}
                    waiting={earlier.state === "failed" ? earlier.reason : fetchingText(earlier, before.name)}
                    sides={[
                      { name: judgedRune.name, below: null },
                      { name: before.name, below: null },
                    ]}
                  >
                    {(one: readonly Card[], other: readonly Card[]) =>
                      report([
                        { name: judgedRune.name, cards: one },
                        { name: before.name, cards: other },
                      ])
                    }
                  </RuneComparison>
                )
              : undefined
          }
        >
          {(running) => view !== "both" && report([{ name: rune.name, cards: running.readings.cards }])}
        </Preview>
      )}
    </div>
  );
}

function csrfToken(): string {
  return document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
}
