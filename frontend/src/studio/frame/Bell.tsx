// The bell in the studio's bar. The inbox's socket reports the notices.
import { Bell as BellIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { badgeText, bellWords, followInbox } from "../../look/inbox";
import "../../look/bell.css";

export default function Bell() {
  const [unread, setUnread] = useState(0);
  useEffect(() => followInbox(setUnread), []);
  return (
    <a className="bell" href="/accounts/notices" title="Notices">
      <BellIcon aria-hidden="true" className="icon" />
      {unread > 0 && (
        <span className="badge num" aria-hidden="true">
          {badgeText(unread)}
        </span>
      )}
      <span className="aloud">{bellWords(unread)}</span>
    </a>
  );
}
