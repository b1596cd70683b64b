"""Every error becomes a sentence: a page for people, a toast for HTMX, a problem document (RFC 9457) for programs."""

import logging
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from app import db, i18n, templating
from app.errors import N_, DomainError, NotFresh, TooMany
from app.params import Problems
from app.routes import pages

logger = logging.getLogger(__name__)

SENTENCES = {
    400: N_("We could not read that."),
    404: N_("There is nothing here."),
    405: N_("That cannot be done here."),
    413: N_("That is too large."),
    415: N_("We cannot read this kind of content."),
    429: N_("That was a little fast. Please wait a moment."),
    503: N_("We will be back in a moment. Nothing is lost."),
}
# A NUL in what should be words or a name, JSON nested a hundred thousand deep: sent by nobody in earnest.
UNREADABLE = (asyncpg.CharacterNotInRepertoireError, RecursionError)
UNKNOWN = re.compile(r"unknown field `(.{1,40})`")
NO_SUCH = N_("Here is no parameter “{name}”.")
OURS = N_("Something broke on our side. It was noted, and nothing of yours is lost.")


def domain(request: Request[Any, Any, Any], error: DomainError) -> Response[Any]:
    if isinstance(error, NotFresh) and not _is_program(request):
        return pages.ask_again(request)
    if error.status == 401 and _wants_page(request):
        # Back to what was asked for, query and all: what a visitor typed on the first page is in there.
        wanted = pages.wanted(request)
        return pages.go(f"/sign-in?{urlencode({'next': wanted})}" if wanted else "/sign-in")
    errors = pages.problems(request, error)
    sentence = errors.get("") or next(iter(errors.values()))
    fields = errors if isinstance(error, Problems) else {error.field: sentence} if error.field else {}
    response = _answer(request, error.status, sentence, fields)
    if isinstance(error, TooMany) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    sentence = i18n.spoken(SENTENCES.get(error.status_code, SENTENCES[400]), pages.language(request))
    wrong = [each for each in getattr(error, "extra", None) or [] if isinstance(each, dict) and "key" in each]
    # Which field, but not what the reader of it said: that names our types. What is misspelt is theirs.
    unknown = [found[1] for each in wrong if (found := UNKNOWN.search(str(each.get("message"))))]
    if unknown:
        sentence = i18n.spoken(NO_SUCH, pages.language(request)).format(name=unknown[0])
    fields = {str(each["key"]): sentence for each in wrong}
    response = _answer(request, error.status_code, sentence, fields)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """No trace of the insides: the traceback goes to the log, a sentence to the person."""
    if isinstance(error, UNREADABLE):
        return _answer(request, 400, i18n.spoken(SENTENCES[400], pages.language(request)))
    if isinstance(error, db.UNREACHABLE):
        logger.error("%s %s: %s", request.method, request.scope.get("path_template"), type(error).__name__)
        return _answer(request, 503, i18n.spoken(SENTENCES[503], pages.language(request)))
    logger.error("%s %s broke", request.method, request.scope.get("path_template"), exc_info=error)
    return _answer(request, 500, i18n.spoken(OURS, pages.language(request)))


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    return not _is_program(request) and not pages.is_htmx(request)


def _is_program(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith("/api/")


def _answer(
    request: Request[Any, Any, Any], status: int, sentence: str, fields: dict[str, str] | None = None
) -> Response[Any]:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if status == 503 else {})
    if _is_program(request):
        headers |= {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
        body = msgspec.json.encode(problem | ({"errors": fields} if fields else {}))
        return Response(body, status_code=status, media_type="application/problem+json", headers=headers)
    # No database here: this page must come when the database does not.
    context = {
        "me": request.scope.get("user"), "balance": None, "unread": None, "theme": request.cookies.get("theme", "auto"),
        "path": request.url.path, "error": None, "live": "", "status": status, "sentence": sentence,
    }  # fmt: skip
    html = templating.render("error.html", pages.language(request), **context)
    return Response(html, status_code=status, media_type="text/html", headers=headers)


HANDLERS: dict[Any, Any] = {DomainError: domain, HTTPException: http, Exception: unexpected}
