"""Whether a studio answers at the address of these settings."""

import http.client

from app.settings import Settings


def web_answers(chosen: Settings) -> bool:
    connection = http.client.HTTPConnection(_near(chosen.host), chosen.port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _near(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
