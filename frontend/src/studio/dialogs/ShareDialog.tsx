// The links that can be sent to someone, and who can open them.
import type { Build, ProjectState } from "../../api/schema";
import { CopyField } from "../parts/dialog/CopyField";
import { Dialog } from "../parts/dialog/Dialog";

interface ShareDialogProps {
  readonly session: Pick<ProjectState, "project" | "public_url" | "public_url_is_loopback" | "tags">;
  /** The newest build with a rune, or null. */
  readonly build: Build | null;
  readonly onClose: () => void;
}

/** An address of this forge as others reach it. */
export function outside(publicUrl: string, path: string): string {
  return new URL(path, publicUrl).href;
}

export function ShareDialog({ session, build, onClose }: ShareDialogProps) {
  const { project, public_url: publicUrl, tags } = session;
  return (
    <Dialog title="Share" onClose={onClose}>
      {session.public_url_is_loopback && (
        <p className="notice warn">
          Only this computer can reach this server ({new URL(publicUrl).host}), so nobody else can open these links yet.
          To let others in, stop it and start it with <code>make run-lan</code>.
        </p>
      )}
      {build !== null && build.url !== null && (
        <>
          <CopyField
            label={`Build ${build.number}: try it, approve it or ask for changes`}
            value={outside(publicUrl, build.url)}
          />
          <p className="small muted">
            Everyone in the project can open it, and reviewers give a verdict, except the person who built it.{" "}
            <a href={build.url}>Open the page</a>
          </p>
        </>
      )}
      {build === null && <p className="muted">There is no build to try yet. Press Build, then share its page.</p>}
      {project.visibility === "public" && tags.length > 0 && (
        <CopyField
          label="Its public page: anyone can try it, without an account"
          value={outside(publicUrl, project.url)}
        />
      )}
      <p>
        <a href={`${project.url}/share`}>Who can see what, and letting others in</a>
      </p>
    </Dialog>
  );
}
