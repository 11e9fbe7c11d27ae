"""Makes a thread of each comment of a verdict, so that others answer and resolve it."""

from __future__ import annotations

from django.db import migrations


def begin_threads(apps, schema_editor):
    """Makes a thread of each comment of a verdict, in the review whose rounds have the build, if there is one."""
    verdicts = apps.get_model("reviews", "Verdict").objects.exclude(comment="")
    threads = apps.get_model("core", "Thread").objects
    comments = apps.get_model("core", "Comment").objects
    anchored = apps.get_model("reviews", "AnchoredThread").objects
    rounds = apps.get_model("reviews", "Round").objects
    for verdict in verdicts.order_by("created").iterator():
        judged = rounds.filter(build=verdict.build_id).order_by("-created").first()
        subject = f"build:{verdict.build_id}" if judged is None else f"review:{judged.review_id}"
        thread = threads.create(subject=subject)
        comment = comments.create(thread=thread, author_id=verdict.user_id, text=verdict.comment)
        # Both are made now by their fields' defaults; they were said then.
        threads.filter(pk=thread.pk).update(created=verdict.created)
        comments.filter(pk=comment.pk).update(created=verdict.created)
        anchored.create(
            thread=thread,
            project_id=verdict.project_id,
            review_id=None if judged is None else judged.review_id,
            build_id=verdict.build_id,
            round=None if judged is None else judged.number,
            verdict=verdict,
            kind=verdict.kind,
            place=verdict.place,
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0013_threads_of_verdicts"), ("core", "0002_audit_chain")]

    operations = [
        migrations.RunPython(begin_threads, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="verdict", name="comment"),
        migrations.RemoveField(model_name="verdict", name="kind"),
        migrations.RemoveField(model_name="verdict", name="place"),
    ]
