"""What Alice makes is kept for her with all that made it, goes along with her, goes when she goes, and stays hers."""

import ast
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from app import catalog, shipped, storage
from app.domain import archive, descriptions, leaving, library, policies
from app.models import TABLES, Creation, Generation, inventory
from app.models.inventory import Purpose
from tests.people import Browser, Person, creation, finished

ROOT = Path(__file__).parents[2]
PROMPTS = {
    "nothing": "", "one letter": "x", "ten thousand": "ثعلب " * 2000, "control characters": "a\x00b\x07c\x1b[31m\x7fd",
    "a zip of emoji": "👩‍👩‍👧‍👦" * 300, "turned round": "\u202eabc\u2066", "half a letter": "\ud83d",
    "only blanks": " \n\t ",
}  # fmt: skip


@pytest.mark.policy("P08")
async def test_it_is_kept_with_all_that_made_it_taken_along_and_erased(alice: Person):
    row, [made] = await finished(alice.me, "heliotrope kestrel", "private")

    assert f"creation-{made.id}" in (await alice.get("/library")).text
    packed = b"".join([piece async for piece in archive.pack(alice.me)])
    with zipfile.ZipFile(io.BytesIO(packed)) as copy:
        [taken] = json.loads(copy.read("data/creation.json"))
        assert f"media/creations/{made.id}/original.png" in copy.namelist()
    assert taken["prompt"] == "heliotrope kestrel" and taken["seed"] == made.seed and taken["model"] == made.model
    assert taken["params"]["num_inference_steps"] == row.params["num_inference_steps"]
    assert {share.title: share.rows for share in await leaving.plan(alice.me)}["Pictures and songs"] == 1

    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    assert await Creation.count() == await Generation.count() == 0
    assert await storage.keys(library.folder(made.id)) == []


@pytest.mark.policy("P08")
@pytest.mark.parametrize("words", PROMPTS)
async def test_whatever_words_are_typed_they_are_words_or_a_sentence(alice: Person, words: str):
    prompt = PROMPTS[words].encode("utf-8", "surrogatepass")

    answer = await alice.post("/create", data={"prompt": prompt, "visibility": "private"})

    assert answer.status_code in {303, 400, 422}, answer.text
    assert await Generation.count() == (answer.status_code == 303)
    rows = await Generation.objects().output(load_json=True)
    assert all("\0" not in row.params["prompt"] for row in rows)


@pytest.mark.policy("P25")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_words_claim_nothing(visitor: Browser, language: str):
    terms = (await visitor.get("/terms", headers={"Accept-Language": language})).text
    policy = shipped.policy(policies.FIRST, language)
    ours = {"en": ("We claim no ownership", "We do not claim ownership"), "ar": ("لا ندّعي ملكية", "لا ندّعي ملكية")}
    granting = ("perpetual", "irrevocable", "sublicens", "royalty-free", "worldwide licen", "دائم وغير قابل للإلغاء")

    assert ours[language][0] in terms and ours[language][1] in policy
    assert not [word for word in granting if word in (terms + policy).lower()]


@pytest.mark.policy("P25")
async def test_what_she_takes_home_is_the_work_itself_and_nothing_is_drawn_over_it(alice: Person):
    made = await creation(alice.me)

    home = await alice.get(f"/creations/{made.id}/download")

    with Image.open(io.BytesIO(home.content)) as picture:
        assert picture.size == (made.width, made.height)
        assert len(picture.convert("RGB").getcolors() or []) == 1, "a plain picture came back with something on it"


@pytest.mark.policy("P25")
async def test_deleted_our_right_to_show_it_ends_everywhere(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    addresses = [f"/c/{made.slug}", f"/m/{made.media_key}/original.png", f"/m/{made.media_key}/card.jpg"]
    assert {(await visitor.get(each)).status_code for each in addresses} == {200}

    await library.delete(made.id, alice.me)
    assert {(await visitor.get(each)).status_code for each in addresses} == {404}
    await Creation.raw("UPDATE creation SET deleted_at = deleted_at - interval '400 days'")
    await library.erase_deleted()

    assert await Creation.count() == 0 and await storage.keys(library.folder(made.id)) == []


@pytest.mark.policy("P14")
def test_nothing_of_anybody_trains_a_model():
    """The code that trains cannot even name a table or the storage; and no column is held for it."""
    files = sorted((ROOT / "training").rglob("*.py"))
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    imported = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}

    reached = {name for name in imported if name.startswith(("app.domain", "app.models", "app.storage", "app.db"))}
    assert len(files) > 5 and reached == set() and "asyncpg" not in imported
    assert {kind.purpose for table in TABLES for _, kind in inventory.columns(table)} <= set(Purpose)


@pytest.mark.policy("P14")
async def test_both_kinds_are_really_offered(alice: Person):
    assert {model.kind for model in catalog.everything().values()} == {"image", "song"}
    for kind in ("image", "song"):
        page = await alice.get(f"/create?kind={kind}")
        assert page.status_code == 200 and 'id="create-button"' in page.text


@pytest.mark.policy("P25")
async def test_all_rights_are_hers_until_she_says_otherwise_and_everybody_is_told(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    page, oembed = f"/c/{made.slug}", f"/oembed?url=http://127.0.0.1:8000/c/{made.slug}"
    assert "All rights reserved" in (await visitor.get(page)).text
    assert (await visitor.get(oembed)).json()["license_url"] is None
    assert "<rights>All rights reserved</rights>" in (await visitor.get("/feed.xml")).text

    saved = await alice.post(f"/creations/{made.id}/details", data={"title": "Fox", "licence": "by"})

    assert saved.status_code == 303
    where = "https://creativecommons.org/licenses/by/4.0/"
    assert f'rel="license" href="{where}"' in (await visitor.get(page)).text
    assert f'rel="license" href="{where}"' in (await visitor.get("/feed.xml")).text
    assert (await visitor.get(oembed)).json()["license_url"] == where
    [item] = (await visitor.get("/api/v1/explore")).json()["items"]
    assert item["licence"] == "by"
    packed = b"".join([piece async for piece in archive.pack(alice.me)])
    assert where.encode() in b"".join([piece async for piece in descriptions.works(alice.me)])
    with zipfile.ZipFile(io.BytesIO(packed)) as copy:
        [taken] = json.loads(copy.read("data/creation.json"))
    assert taken["licence"] == "by"


@pytest.mark.policy("P25")
@pytest.mark.parametrize("licence", ["", "mine", "by\0", "BY"])
async def test_a_licence_that_is_none_is_refused_and_changes_nothing(alice: Person, bob: Person, licence: str):
    made = await creation(alice.me)
    await alice.patch(f"/api/v1/creations/{made.id}", json={"licence": "cc0"}, headers=alice.key)

    answers = [
        await alice.post(f"/creations/{made.id}/details", data={"title": "Fox", "licence": licence}),
        await alice.patch(f"/api/v1/creations/{made.id}", json={"licence": licence}, headers=alice.key),
        await bob.patch(f"/api/v1/creations/{made.id}", json={"licence": "by"}, headers=bob.key),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 404]
    kept = await library.get_own(made.id, alice.me)
    assert (kept.title, kept.licence) == ("", "cc0")
