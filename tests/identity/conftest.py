"""The same mail server as the notices have."""

from tests.notices.conftest import post_office

__all__ = ["post_office"]
