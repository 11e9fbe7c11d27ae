"""The page of the settings."""

from __future__ import annotations

from pathlib import Path

from tools.reference.page import WRITTEN_BY, joined

SETTINGS = {
    "DATA_DIR": "The folder of the database, the files and the keys. `manage.py backup` copies all of it.",
    "SHARED_DATA": "1 lets several servers of one machine share DATA_DIR with its SQLite; else a second is refused.",
    "PUBLISH_TEMPLATES": "1 builds the templates in the background and publishes them in the server's own "
    "organisation, `templates`, where anyone can try them; 0 hides them.",
    "BACKUP_DAYS": "Days for which you keep backups. People who withdraw recordings read until when backups have them; "
    "with 0 they read nothing about it.",
    "ADVISORY_LIST": "A file of known vulnerabilities (OSV), which pages of runes compare with bills of materials.",
    "DEVICE_MQTT_URL": "A mosquitto with its dynamic-security plug-in that tells devices at once of changes, such "
    "as mqtts://broker.example:8883. Needs DEVICE_MQTT_CREDENTIALS too, and the package paho-mqtt.",
    "DEVICE_MQTT_CREDENTIALS": "A file with `user:password` of a client that may change accounts at that broker.",
    "DEVICE_POLL_SECONDS": "Seconds between two polls of a device; more devices need more.",
    "DEVICE_LONG_POLLS": "Devices whose polls one process holds until something changes, so that they learn of it at "
    "once; an address has at most 128 of them. 0 holds none, as by default with DEVICE_MQTT_URL.",
    "UPGRADE_BACKUPS": "How many backups from before upgrades are kept in DATA_DIR; 0 takes none.",
    "HOST": "The address to listen on; 0.0.0.0 is every address of the machine.",
    "PORT": "The port to listen on.",
    "PUBLIC_URL": "The server's public address; links for others start with it.",
    "UPLOAD_LIMIT": "Bytes that one request may carry, "
    "except a push of a blob to the registry, which has the quota of storage.",
    "TELEMETRY_DAYS": "Days that the counts of a single device are kept, at most 400, which is how long totals are.",
    "AUDIT_DAYS": "Days that an entry of the audit log is kept.",
    "AUDIT_COPIES": "Where the audit log is sent as it is written, separated by commas: `file:///path`, "
    "`syslog://host:601`, `syslogs://host:6514` (TLS) or `https://host/path`.",
    "AUDIT_WEBHOOK_SECRET": "Signs copies of the audit log for webhooks: `whsec_` and 24 to 64 bytes in base64.",
    "SECRET_KEY": "The key that signs sessions. By default it is created at the first start and kept in DATA_DIR.",
    "SIGNING_SECRET_FILE": "The file of the secret that encrypts the keys that sign runes; the signer alone reads it. "
    "It must be outside of DATA_DIR, so that no backup has it. By default it is created with the first key.",
    "ALLOWED_HOSTS": "More host names of this server, separated by commas.",
    "TRUSTED_PROXIES": "Addresses of reverse proxies, separated by commas: their `X-Forwarded-For` and "
    "`X-Forwarded-Proto` are trusted.",
    "CREATE_ORGANISATIONS": "Who may create organisations: `everyone` who signed in, or the `operator` alone, "
    "by `manage.py organisation`.",
    "WEBHOOKS_TO": "Where webhooks may lead: `public` addresses over HTTPS alone, or `anywhere` that the server "
    "reaches.",
    "GIT_SERVERS": "The Git servers from which projects may be made and to which they may be pushed, separated by "
    "commas, as `https://git.example`; `none` allows none.",
    "MIRROR_REGISTRIES": "Registries that mirrors may reach in a private network or without TLS, separated by commas, "
    "as `http://registry.lan:5000`; others must be public and use TLS.",
    "BLOB_SENDER": "Who sends stored bytes: the `server`, the `nginx` in front of it, which reads DATA_DIR/blobs, "
    "or the S3 `store`, to clients of the registry.",
    "TLS_CERTIFICATE": "A certificate's file: the server then speaks HTTPS. Needs TLS_KEY too.",
    "TLS_KEY": "The file of the certificate's key.",
    "DATABASE_URL": "A PostgreSQL database, postgresql://user:password@host/name; by default SQLite in DATA_DIR.",
    "REDIS_URL": "The Redis that joins several web processes, redis://host:6379/0; one process alone needs none.",
    "BROKER_URL": "The queue of builds; by default it is in the server itself, as is the worker.",
    "WORKER_CAPABILITIES": "What the workers of this process can do, separated by commas: build, lab, gpu.",
    "WORKER_NAME": "The name of this process beside the jobs that it runs, in at most 40 characters.",
    "S3_URL": "A bucket for files, s3://bucket or s3+https://host:9000/bucket; by default they are in DATA_DIR.",
    "S3_ACCESS_KEY": "The key's name at the S3 store. Needs S3_SECRET_KEY too.",
    "S3_SECRET_KEY": "The key itself; without both, AWS's own settings are used.",
    "AWS_ACCESS_KEY_ID": "Used where S3_ACCESS_KEY is not set.",
    "AWS_SECRET_ACCESS_KEY": "Used where S3_SECRET_KEY is not set.",
    "AWS_SESSION_TOKEN": "Goes with keys that last for a while.",
    "S3_REGION": "The region of the bucket.",
    "METRICS_TOKEN": "The token with which `/metrics` is read; without it the address answers 404.",
    "LOG_FORMAT": "json writes the log as lines of JSON.",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "An OpenTelemetry collector for metrics and traces; needs "
    "`requirements/telemetry.txt`.",
    "OTEL_EXPORTER_OTLP_HEADERS": "What is sent to it besides, such as a token: name=value, separated by commas.",
    "REQUIRED_ISOLATION": "Protections without which nothing is computed for users: `all`, or names that "
    "`python -m forge.serving.healthy --isolation` lists, separated by commas. By default what the system has is used.",
    "EMAIL_URL": "The mail server, smtps://user:password@host:465, smtp+starttls://user:password@host:587 or "
    "smtp://host:25; by default letters are written to the log.",
    "EMAIL_FROM": "The sender of letters.",
    "REPORT_ADDRESS": "The email address that pages which are open to others name under **Report**.",
    "OIDC_URL": "The issuer of an OpenID Connect provider that signs people in, https://id.example/realm.",
    "OIDC_NAME": "What the sign-in page calls it; by default its host.",
    "OIDC_CLIENT_ID": "As whom this server speaks to it.",
    "OIDC_CLIENT_SECRET": "The secret for that.",
    "GITHUB_CLIENT_ID": "An OAuth app of GitHub that signs people in. Needs GITHUB_CLIENT_SECRET too.",
    "GITHUB_CLIENT_SECRET": "Its secret.",
    "GITLAB_CLIENT_ID": "An application of gitlab.com that signs people in. Needs GITLAB_CLIENT_SECRET too.",
    "GITLAB_CLIENT_SECRET": "Its secret.",
    "GOOGLE_CLIENT_ID": "An OAuth client of Google that signs people in. Needs GOOGLE_CLIENT_SECRET too.",
    "GOOGLE_CLIENT_SECRET": "Its secret.",
    "SIGN_ON_DOMAINS": "Domains of email addresses, separated by commas: anybody who signs in by such a service with "
    "one gets an account. By default only people who have an account come in.",
    "DEBUG": "1 shows errors with their whole context. Never set it on a server that others can reach.",
}
"""The purpose of each variable. A test compares the names with those that the server reads."""


def settings_page() -> str:
    """The environment's variables and their defaults."""
    from forge.serving.configuration.environment import read_environment

    default = read_environment({}, Path())
    defaults = {
        "DATA_DIR": "`data` in the project's folder",
        "HOST": f"`{default.host}`",
        "PORT": f"`{default.port}`",
        "PUBLIC_URL": "`http://127.0.0.1:PORT`",
        "UPLOAD_LIMIT": f"`{default.upload_limit}`",
        "TELEMETRY_DAYS": f"`{default.telemetry_days}`",
        "AUDIT_DAYS": f"`{default.audit_days}`",
        "SECRET_KEY": "generated",
        "SIGNING_SECRET_FILE": "`~/.config/hammer-forge/signing-secret`",
        "BLOB_SENDER": f"`{default.blob_sender}`",
        "LOG_FORMAT": "`text`",
        "BROKER_URL": f"`{default.broker}`",
        "WORKER_CAPABILITIES": f"`{','.join(default.capabilities)}`",
        "WORKER_NAME": "`worker` and four random characters",
        "PUBLISH_TEMPLATES": "`1`",
        "ADVISORY_LIST": "none",
        "DEVICE_POLL_SECONDS": f"`{default.device_poll_seconds}`",
        "DEVICE_LONG_POLLS": f"`{default.device_long_polls}`",
        "UPGRADE_BACKUPS": f"`{default.upgrade_backups}`",
        "BACKUP_DAYS": f"`{default.backup_days}`",
        "EMAIL_FROM": "`Hammer Forge <forge@HOST>`",
    }
    rows = ["| variable | default | |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {defaults.get(name, 'none')} | {text} |" for name, text in SETTINGS.items()]
    return joined(
        [
            "# Settings",
            WRITTEN_BY,
            "All settings come from the environment; none is required. Example: `PORT=8001 make run`.",
            "\n".join(rows),
        ]
    )
