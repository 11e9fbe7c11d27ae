// A text file in its other form. What that needs is loaded when it is first shown.
import { Suspense } from "react";
import type * as Y from "yjs";
import { lazyPart } from "../../look/boundary";
import type { FilePageKind } from "./reading";

const MarkdownPage = lazyPart(() => import("./MarkdownPage"));
const ModelsForm = lazyPart(() => import("./models/ModelsForm"));
const TablePage = lazyPart(() => import("./TablePage"));

interface ReadPageProps {
  readonly reading: FilePageKind;
  readonly text: Y.Text;
  readonly path: string;
  readonly address: (file: string) => string;
  readonly onOpen: (path: string) => void;
  readonly readOnly: boolean;
}

export function ReadPage({ reading, text, path, address, onOpen, readOnly }: ReadPageProps) {
  return (
    <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
      {reading === "markdown" && <MarkdownPage text={text} path={path} address={address} onOpen={onOpen} />}
      {reading === "table" && <TablePage text={text} path={path} />}
      {reading === "models" && <ModelsForm text={text} readOnly={readOnly} />}
    </Suspense>
  );
}
