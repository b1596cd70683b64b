"""What browsers complain about while people use the studio."""

from playwright.async_api import BrowserContext, ConsoleMessage, WebError


class Complaints:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, *parts: str) -> None:
        """This test makes something go wrong on purpose: complaints with one of these parts are fine."""
        self.expected += parts

    def say(self) -> None:
        unexpected = [text for text in self.heard if not any(part in text for part in self.expected)]
        assert not unexpected, "the browser complained:\n" + "\n".join(unexpected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"uncaught: {error.error}")
