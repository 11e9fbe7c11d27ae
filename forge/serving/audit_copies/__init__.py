"""Copies of the audit log, sent elsewhere as it is written: to a file, a syslog server or a webhook."""
