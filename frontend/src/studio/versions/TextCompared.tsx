// A text of two moments, read and drawn beside each other.
import type { FileChange } from "../../api/schema";
import type { Extension } from "@codemirror/state";
import { lazy, Suspense, useEffect, useState } from "react";
import { sentenceOf } from "../api/problem";
import { languageOf } from "../editor/languages";
import type { Workspace } from "../session/workspace";
import { sideName, type Side, type Sides } from "./sides";

const DrawnDifference = lazy(() => import("./DrawnDifference"));

interface TextComparedProps {
  readonly workspace: Workspace;
  readonly file: FileChange;
  readonly sides: Sides;
  readonly nonce: string;
}

interface Texts {
  readonly before: string;
  readonly after: string;
  readonly language: Extension;
}

async function textOf(workspace: Workspace, side: Side, path: string | null): Promise<string | null> {
  if (path === null) return "";
  if (side !== "now") return workspace.client.versionText(side, path);
  const file = workspace.state.getState().files.find((each) => each.path === path);
  return file === undefined ? "" : (workspace.files.text(file.id)?.toJSON() ?? null);
}

export function TextCompared({ workspace, file, sides, nonce }: TextComparedProps) {
  const [texts, setTexts] = useState<Texts | "no text" | { readonly error: string } | null>(null);
  const { from, to } = sides;
  const { path, was, before, after } = file;

  useEffect(() => {
    let wanted = true;
    Promise.all([
      textOf(workspace, from, before === null ? null : was),
      textOf(workspace, to, after === null ? null : path),
      languageOf(path),
    ]).then(
      ([old, fresh, language]) =>
        wanted && setTexts(old === null || fresh === null ? "no text" : { before: old, after: fresh, language }),
      (problem: unknown) => wanted && setTexts({ error: sentenceOf(problem) }),
    );
    return () => {
      wanted = false;
    };
  }, [workspace, from, to, path, was, before, after]);

  if (texts === null) return <p className="muted small">Reading both…</p>;
  if (texts === "no text")
    return <p className="muted small">This file is not text. Only its size and digest can be compared.</p>;
  if ("error" in texts) return <p className="small wrong">{texts.error}</p>;
  return (
    <>
      {texts.before === texts.after && <p className="muted small">The text is the same.</p>}
      <Suspense fallback={<p className="muted small">Reading both…</p>}>
        <DrawnDifference
          before={texts.before}
          after={texts.after}
          language={texts.language}
          names={[`${path}, ${sideName(from)}`, `${path}, ${sideName(to)}`]}
          nonce={nonce}
        />
      </Suspense>
    </>
  );
}
