// Beside a block of the project: publishing it for the organisation's other projects, and what is published of it.
import type { PublishedBlocks } from "../../api/schema";
import { BookOpen, PackagePlus, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { publishedBlocks } from "../api/blocks";
import type { FileEntry } from "../document/files/files";
import { InlineCode } from "../../look/code/InlineCode";
import { useSession, useStudio } from "../context/studio";

type PublishedBlock = PublishedBlocks["blocks"][number];

export function BlockPublishing({ file }: { readonly file: FileEntry }) {
  const { dialogs } = useStudio();
  const { may, project } = useSession((session) => session);
  const mayPublish = may.includes("publish");
  const newest = usePublished(file.path)?.versions[0] ?? null;
  if (!mayPublish && newest === null) return null;
  const name = nameOf(file.path);
  return (
    <section className="card stack preview-card" aria-label="Other projects">
      {newest === null ? (
        <p className="small muted">Other projects of {project.organisation} can use this block once it is published.</p>
      ) : (
        <p className="small">
          Other projects of {project.organisation} can use version <b>{newest.version}</b> of it.
          {newest.deprecation !== "" && (
            <>
              {" "}
              <TriangleAlert className="icon worse" aria-label="Warning" /> Deprecated:{" "}
              <InlineCode>{newest.deprecation}</InlineCode>
            </>
          )}
        </p>
      )}
      <div className="row wrap">
        {mayPublish && (
          <button
            type="button"
            className="button"
            onClick={() => dialogs.open({ what: "publish-block", path: file.path })}
          >
            <PackagePlus aria-hidden="true" />
            Publish block…
          </button>
        )}
        {newest !== null && (
          <a className="button quiet" href={`${project.url}/blocks/${name}`}>
            <BookOpen aria-hidden="true" />
            Versions, users, deprecation
          </a>
        )}
      </div>
    </section>
  );
}

/**
 * The published version of the block, looked up again when a dialog was closed; null where there is none, or it is not
 * known.
 */
function usePublished(path: string): PublishedBlock | null {
  const { workspace, dialogs } = useStudio();
  const isDialogOpen = useStore(dialogs.state, (request) => request !== null);
  const [publishedBlock, setPublishedBlock] = useState<PublishedBlock | null>(null);
  useEffect(() => {
    if (isDialogOpen) return undefined;
    let isActive = true;
    publishedBlocks(workspace.client).then(
      (blocks) => isActive && setPublishedBlock(blocks.find(({ block }) => block === nameOf(path)) ?? null),
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [workspace, path, isDialogOpen]);
  return publishedBlock;
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.py$/, "");
}
