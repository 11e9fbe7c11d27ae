"""Webhooks: what happens to builds, reviews and publications, sent to addresses that an organisation chose."""
