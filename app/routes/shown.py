"""A creation's page, for whichever door leads to it, and the address of a next page."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response

from app import catalog
from app.domain import library, moderation, releases, showing, sources
from app.domain.paging import Page
from app.models import Creation, Kind, Visibility
from app.routes.pages import Http, page, viewer_id


async def creation_page(
    request: Http, creation: Creation, status: int = 200, *, shared: bool = False, cleared: bool = False,
    errors: dict[str, str] | None = None, form: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    viewer = viewer_id(request)
    owner = creation.owner == viewer and not shared
    usable = owner or (viewer is not None and creation.remix and creation.visibility == Visibility.PUBLIC)
    model = catalog.everything().get(creation.model)
    return await page(
        request, "creation/show.html", status, creation=creation, maker=await showing.maker_of(creation), owner=owner,
        shared=shared, cleared=cleared, liked=await showing.likes_it(creation.id, viewer), live="explore=1",
        links=await library.links_of(creation.id, creation.owner) if owner else [],
        parents=await sources.parents_of(creation.id, viewer), usable=usable and not shared,
        **(await release_of(creation) if owner else {}),
        veiled_by=await moderation.veiled_by(creation.id) if owner and creation.veiled else None,
        model_title=model.title if model else creation.model, errors=errors or {}, form=form,
    )  # fmt: skip


async def release_of(creation: Creation) -> dict[str, Any]:
    """What templates/creation/_release.html shows its maker."""
    release = await releases.wanted(creation.id)
    covers = await releases.covers(creation.owner) if creation.kind == Kind.SONG else []
    return {"release": release, "covers": covers, "writing": releases.waits(release)}


def next_of(path: str, found: Page, **query: str) -> str | None:
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept | {'after': found.next})}" if found.next else None
