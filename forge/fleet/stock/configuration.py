"""The configuration of stock clients for an account, as text to copy. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

CERTIFICATE = "/etc/swupdate/images.crt"
"""The certificate of the organisation's key of images, on the device."""


def swupdate_configuration(url: str, controller: str, token: str) -> str:
    """Returns SWUpdate's configuration file. The server says how often it asks."""
    lines = (
        "globals:",
        "{",
        f'  public-key-file = "{CERTIFICATE}";',
        "};",
        "suricatta:",
        "{",
        '  tenant = "default";',
        f'  id = "{controller}";',
        f'  url = "{url}";',
        f'  targettoken = "{token}";',
        "};",
    )
    return "\n".join(lines) + "\n"


def zephyr_configuration(url: str, token: str) -> str:
    """Returns the lines of the project's configuration with Zephyr, whose client makes its id itself."""
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    lines = [
        "CONFIG_HAWKBIT=y",
        f'CONFIG_HAWKBIT_SERVER="{parts.hostname or ""}"',
        f'CONFIG_HAWKBIT_PORT="{parts.port or (443 if is_secure else 80)}"',
        "CONFIG_HAWKBIT_DDI_TARGET_SECURITY=y",
        f'CONFIG_HAWKBIT_DDI_SECURITY_TOKEN="{token}"',
    ]
    if is_secure:
        lines.append("CONFIG_NET_SOCKETS_SOCKOPT_TLS=y")
    return "\n".join(lines) + "\n"
