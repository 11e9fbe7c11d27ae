from django.db import migrations


def rename_keys(apps, schema_editor):
    for name in ("AnchoredThread", "Verdict"):
        for row in apps.get_model("reviews", name).objects.filter(kind="result").iterator():
            _rename(row.place, "said", "answer")
            row.save(update_fields=["place"])
    for row in apps.get_model("reviews", "AwaitedReview").objects.iterator():
        _rename(row.request, "invited", "guest_emails")
        for group in row.request["reviewers"]:
            _rename(group, "needed", "required_approvals")
        row.save(update_fields=["request"])
    events = apps.get_model("core", "Event").objects.filter(type__in=["thread.changed", "offer_thread.changed"])
    for event in events.iterator():
        _rename(event.data, "mentioned", "mentions")
        event.save(update_fields=["data"])


def _rename(data, old_key, new_key):
    if old_key in data:
        data[new_key] = data.pop(old_key)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_awaited_review_token"), ("core", "0002_audit_chain")]

    operations = [
        migrations.RenameField("suggestion", "said", "sentences"),
        migrations.RenameField("changerequest", "merged", "merged_version"),
        migrations.RenameField("reviewergroup", "needed", "required_approvals"),
        migrations.RunPython(rename_keys, elidable=True),
    ]
