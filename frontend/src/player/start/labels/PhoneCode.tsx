// The code by which one's phone records for a label.
import { useEffect, useState } from "react";
import { problemText, type PhoneCode as Code, type StartServer } from "../server";

interface Props {
  readonly server: StartServer;
  readonly kind: string;
  readonly label: string;
}

export function PhoneCode({ server, kind, label }: Props) {
  const [code, setCode] = useState<Code | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    server.phone(label, kind).then(
      (answer) => isWanted && setCode(answer),
      (error: unknown) => isWanted && setProblem(problemText(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [server, label, kind, turn]);
  if (problem !== null) return <p className="notice bad" role="alert">{problem}</p>; // prettier-ignore
  return (
    <div className="start-phone" role="group" aria-label={`Record ${label} with a phone`}>
      {code === null ? (
        <p className="muted" role="status">
          Making a code…
        </p>
      ) : (
        <>
          <img src={code.picture} alt={`Code of the address ${code.url}`} />
          <div className="stack tight">
            <p>
              Scan to record <b>{label}</b> with your phone. No app.
            </p>
            <p className="small muted">
              One phone, within {code.minutes} minutes. Its recordings come in here when it sends them.
            </p>
            <button type="button" className="button" onClick={() => setTurn(turn + 1)}>
              New code
            </button>
          </div>
        </>
      )}
    </div>
  );
}
