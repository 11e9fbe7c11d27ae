// The part of the preview that says how an app begins, while the pipeline has no stage.
import { ArrowRight, Plus } from "lucide-react";
import { useMayEdit, useSession, useStudio } from "../context/studio";
import "../styles/empty-pipeline.css";

export default function EmptyPipeline() {
  const { places } = useStudio();
  const mayEdit = useMayEdit();
  const projectPage = useSession(({ project }) => project.url);
  return (
    <section className="empty-pipeline stack" aria-labelledby="empty-pipeline">
      <h3 id="empty-pipeline">The pipeline has no stage yet</h3>
      {mayEdit ? (
        <>
          <p className="muted">
            Add what the app reads, such as a microphone, then a model and an output. The app runs here as soon as they
            are connected.
          </p>
          <div className="row wrap">
            <button type="button" className="button" onClick={() => places.showRunefile("graph")}>
              <Plus aria-hidden="true" />
              Draw the first stage
            </button>
            <a className="button quiet" href={projectPage}>
              Choose how it begins
              <ArrowRight aria-hidden="true" />
            </a>
          </div>
        </>
      ) : (
        <p className="muted">The app runs here as soon as somebody who edits the project adds one.</p>
      )}
    </section>
  );
}
