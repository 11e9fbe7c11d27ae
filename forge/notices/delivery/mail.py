"""Emails about notices: at once for what asks something of a person, the rest in a daily digest.

What is due stands in the notices' rows. A process takes a person's by emptying them, so an email goes out once: one
that a mail server refuses is in the log, and the notice is in the inbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from forge.accounts.mail.emails import compose_email
from forge.accounts.models import User
from forge.core.events.declarations import find_notice_topic
from forge.notices.access import notices_of
from forge.notices.delivery.messages import sentence, title
from forge.notices.delivery.unsubscribing import unsubscribe_token
from forge.notices.models import Notice
from forge.notices.rules import NoticeCause
from rune.wording import counted

PEOPLE = 100
"""People who get email in one go; the next go takes the others."""
NOTICES_LISTED = 30
"""Notices that a digest lists."""
KEEP_READ_FOR = timedelta(days=90)
"""How long a notice is kept after its last event."""


def send_due(now: datetime | None = None) -> int:
    """Sends what is due; answers how many emails that were."""
    now = now or timezone.now()
    due = Notice.objects.filter(mail_due__lte=now)
    people = due.order_by("mail_due").values_list("person", flat=True)[: PEOPLE * 10]
    return sum(_send_to(person, now) for person in list(dict.fromkeys(people))[:PEOPLE])


@transaction.atomic
def _send_to(person_id: UUID, now: datetime) -> int:
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    due = Notice.objects.filter(person=person, mail_due__lte=now)
    due_ids = list(due.values_list("pk", flat=True))
    if not due_ids:
        return 0
    # Notices that were read meanwhile, or may not be read any more, are not sent.
    notices = list(notices_of(person).filter(pk__in=due_ids).unread())
    due.update(mail_due=None)
    address = EmailAddress.objects.filter(user=person, email=person.email, verified=True).first()
    if address is None or not person.is_active or not settings.EMAIL_IS_SENT:
        return 0
    emails = list(emails_to(person, notices))
    for each in emails:
        transaction.on_commit(each.send)
    return len(emails)


def emails_to(person: User, notices: Iterable[Notice]) -> Iterable[EmailMultiAlternatives]:
    """Returns one email for each notice that asks something, and one for all the rest."""
    rows = list(notices)
    for notice in (notice for notice in rows if notice.reason == NoticeCause.REQUESTED):
        place = notice.project.full_name if notice.project else notice.organisation.name
        yield _email("notice", person, {**_notice_context(notice), "subject": f"{place}: {title(notice.facts)}"})
    rest = [notice for notice in rows if notice.reason != NoticeCause.REQUESTED]
    if rest:
        context = {
            "count": counted(len(rest), "notice"),
            "lines": [_notice_context(each) for each in rest[:NOTICES_LISTED]],
        }
        yield _email("digest", person, context | {"more": max(0, len(rest) - NOTICES_LISTED)})


def _notice_context(notice: Notice) -> dict[str, str]:
    topic, who = find_notice_topic(notice.kind), str(notice.actor or "")
    text = sentence(topic, NoticeCause(notice.reason), who, notice.facts, notice.events)
    place = notice.project.full_name if notice.project else notice.organisation.name
    url = f"{settings.PUBLIC_URL}{notice.get_absolute_url()}"
    return {"title": title(notice.facts), "text": text, "place": place, "url": url}


def _email(name: str, person: User, context: dict[str, object]) -> EmailMultiAlternatives:
    link = f"{settings.PUBLIC_URL}/accounts/notices/unsubscribe/{unsubscribe_token(person)}"
    message = compose_email(name, person.email, context | {"person": person, "unsubscribe": link})
    # RFC 8058: one press in the mail program, without signing in.
    message.extra_headers |= {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message


def end_old(now: datetime | None = None) -> None:
    """Deletes notices whose last event is long ago."""
    Notice.objects.filter(changed__lt=(now or timezone.now()) - KEEP_READ_FOR).delete()
