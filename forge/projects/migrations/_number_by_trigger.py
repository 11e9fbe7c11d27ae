"""The trigger of SQLite that numbers a document's updates: what the migrations that make it share."""

NUMBER = """
CREATE TRIGGER projects_document_number AFTER INSERT ON projects_documentupdate
BEGIN
    UPDATE projects_project SET sequence = NEW.sequence, changed = NEW.created WHERE id = NEW.project_id;
END
"""


def number_by_trigger(apps, schema_editor):
    """On SQLite each statement is a wait for whoever else wants to run; `forge.projects.files.document_store` makes do with one.

    A later migration that makes the table anew drops the trigger, and has to make it again.
    """
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(NUMBER)


def forget_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER projects_document_number")
