// A Markdown file as it reads.
import { useEffect, useRef, type MouseEvent } from "react";
import type * as Y from "yjs";
import { toHtml } from "../format/markdown";
import { useText } from "./use-text";
import "../styles/prose.css";

interface MarkdownPageProps {
  readonly text: Y.Text;
  readonly path: string;
  readonly address: (file: string) => string;
  readonly onOpen: (path: string) => void;
}

export default function MarkdownPage({ text, path, address, onOpen }: MarkdownPageProps) {
  const content = useText(text);
  const holder = useRef<HTMLElement>(null);
  useEffect(() => {
    holder.current?.replaceChildren(toHtml(content, path, address));
  }, [content, path, address]);
  const onClick = (event: MouseEvent): void => {
    const file =
      event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-file]")?.dataset["file"] : undefined;
    if (file === undefined) return;
    event.preventDefault();
    onOpen(file);
  };
  return (
    <div className="file-page" tabIndex={0} role="region" aria-label={`${path} as it reads`}>
      {content.trim() === "" && <p className="muted">Nothing is written yet.</p>}
      <article ref={holder} className="prose" onClick={onClick} />
    </div>
  );
}
