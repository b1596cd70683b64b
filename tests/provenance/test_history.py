"""What a foreign file's past leaves behind: a removed picture is known again, a signature becomes an ingredient."""

from pathlib import Path

import pytest
from PIL import Image

from app import storage
from app.decoding.pictures import likeness
from app.domain import sources, uploads
from app.models import AuditEvent, Upload
from app.workers import finishing, labels, shown
from app.workers.engine import Picture
from tests.people import Person, creation
from tests.provenance import independent
from tests.uploads import files
from tests.uploads.bringing import bring, uploaded

SAMPLES = Image.open(Path(__file__).parents[2] / "starters/image/samples.webp").convert("RGB")
REMOVED = SAMPLES.crop((0, 0, SAMPLES.width // 2, SAMPLES.height // 2))
OTHER = SAMPLES.crop((SAMPLES.width // 2, SAMPLES.height // 2, SAMPLES.width, SAMPLES.height))


async def remove(alice: Person) -> None:
    """As a moderator does it, with how it looks."""
    upload_id = await uploaded(alice, files.saved(REMOVED))
    row = await Upload.objects().get(Upload.id == upload_id)
    assert row is not None and len(row.likeness) == 64
    await uploads.block(row.sha256, "removed", row.likeness)
    await uploads.delete(row.id, alice.me)


@pytest.mark.parametrize("way", ["smaller", "larger", "with loss", "another format"])
async def test_a_removed_picture_does_not_come_in_again_written_anew(alice: Person, bob: Person, way: str):
    await remove(alice)
    width, height = REMOVED.size
    again = {
        "smaller": files.saved(REMOVED.resize((width // 2, height // 2))),
        "larger": files.saved(REMOVED.resize((width * 2, height * 2))),
        "with loss": files.saved(REMOVED, "JPEG", quality=40),
        "another format": files.saved(REMOVED, "WEBP", quality=60),
    }[way]

    answer = await bring(bob, again)

    assert answer.status_code == 422 and "removed before" in answer.json()["detail"]
    assert await AuditEvent.exists().where(AuditEvent.action == "upload.blocked", AuditEvent.actor == bob.me)
    assert await uploads.list_own(bob.me) == []


async def test_other_pictures_come_in_as_ever(alice: Person, bob: Person):
    await remove(alice)

    for other in (files.saved(OTHER), files.picture(), files.noise(64), files.saved(Image.new("RGB", (50, 50)))):
        assert (await bring(bob, other)).status_code == 201


def test_pictures_with_nothing_in_them_look_like_nothing():
    assert likeness(Image.new("RGB", (100, 100), "navy")) == ""
    assert likeness(Image.new("RGB", (1, 1))) == ""


@pytest.mark.policy("P06")
async def test_who_had_signed_an_upload_becomes_an_ingredient_of_what_is_made_from_it(alice: Person):
    ours = await creation(alice.me)
    data = await storage.get(f"creations/{ours.id}/original.png")
    upload_id = await uploaded(alice, data)

    row = await uploads.get_own((await uploads.list_own(alice.me))[0].id, alice.me)
    assert (row.signer, row.machine) == ("127.0.0.1", True)
    assert b"c2pa" not in await storage.get(uploads.key(row)), "only the fact is kept"

    signers = await sources.signers({"image": [f"upload:{upload_id}"]})
    image = Image.new("RGB", (32, 32))
    made = await finishing.store(Picture(image, 1), 0, shown.files(image), signers)
    found = independent.check(await storage.get(f"creations/{made.id}/original.png"))
    [action] = found.assertions["c2pa.actions.v2"]["actions"]
    [part] = [said for name, said in found.assertions.items() if name.startswith("c2pa.ingredient")]
    assert action["digitalSourceType"] == labels.COMPOSITE and part["description"] == "Signed by 127.0.0.1"


async def test_without_a_signature_there_is_no_name(alice: Person):
    await uploaded(alice, files.picture())
    await uploaded(alice, files.sound(1))

    assert {(row.signer, row.machine) for row in await uploads.list_own(alice.me)} == {("", False)}


async def test_what_was_made_from_nothing_says_so():
    assert await sources.signers({"prompt": "a fox"}) is None
