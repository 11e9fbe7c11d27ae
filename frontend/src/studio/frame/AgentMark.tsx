// The mark of an agent, in place of the letters of a person.
import { Bot } from "lucide-react";
import "../styles/agent-mark.css";

export default function AgentMark() {
  return <Bot className="agent" />;
}
