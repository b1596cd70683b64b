"""The description of the API is what the API does: asked at random, with a key and without; a client made from it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import msgspec
import pytest
import schemathesis
from aiopenapi3 import OpenAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from litestar import Litestar
from schemathesis.checks import ignored_auth, positive_data_acceptance
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation.modes import GenerationMode

from app.domain import work
from app.routes.api.described import document
from tests.people import Person, account, claimed, drawn, key_of
from tests.studio import WEB, Studio

EXAMPLES = 4
FEW = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
# A prompt of blanks is a string and is refused all the same: more than a schema says is checked, with a sentence. And
# whether it minds who asks is asked by test_keys.py: here this check would ask twice for everything.
LEFT_OUT = [positive_data_acceptance, ignored_auth]


@pytest.fixture(scope="module")
def only_web(start_studio: Callable[..., Studio]) -> Iterator[Studio]:
    studio = start_studio(WEB)
    studio.wait_until_live()
    yield studio


def without_keys(described: dict[str, Any]) -> dict[str, Any]:
    """Who asks is ours to say, and nothing to make up."""
    for operations in described["paths"].values():
        for operation in operations.values():
            del operation["security"]
    return described


@pytest.mark.parametrize("signed_in", [True, False], ids=["with a key", "without"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "and not so"])
async def test_it_answers_as_described(
    web: Litestar, clean: None, only_web: Studio, mode: GenerationMode, signed_in: bool
):  # fmt: skip
    headers = {"Authorization": f"Bearer {await key_of((await account()).id)}"} if signed_in else {}
    wrong: list[str] = []
    asked = 0
    for found in schemathesis.openapi.from_dict(without_keys(document(web))).get_all_operations():
        operation = found.ok()

        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(base_url=only_web.base_url, headers=headers, excluded_checks=LEFT_OUT, timeout=10)

        # Some have nothing that could be wrong: then there is nothing to ask.
        try:
            FEW(given(case=operation.as_strategy(generation_mode=mode))(ask))()
        except Unsatisfiable:
            continue
        except (Failure, FailureGroup) as failed:
            wrong.append(f"{operation.label}: {failed} {getattr(failed, 'exceptions', '')}")

    assert wrong == [] and asked > 50, "\n".join(wrong)


async def test_every_operation_says_what_it_needs(web: Litestar):
    described = document(web)

    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] and operation["x-scope"], path
            assert "429" in operation["responses"] and "default" in operation["responses"], path
            names = [parameter["name"] for parameter in operation["parameters"]]
            assert ("Idempotency-Key" in names) == (method == "post"), path
    ids = [operation["operationId"] for each in described["paths"].values() for operation in each.values()]
    assert len(set(ids)) == len(ids) > 25


def test_the_document_is_what_is_served(web: Litestar, only_web: Studio):
    served = httpx.get(f"{only_web.base_url}/schema/openapi.json").json()

    assert served["paths"].keys() == document(web)["paths"].keys()
    assert served["servers"] == [{"url": only_web.base_url}]


async def test_a_client_made_from_it_makes_and_fetches_a_picture(web: Litestar, alice: Person):
    def session(*_: object, **options: Any) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(web), base_url=str(alice.base_url))

    described = msgspec.json.encode(document(web)).decode()
    client: Any = OpenAPI.loads("http://127.0.0.1:8000/schema/openapi.json", described, session_factory=session)
    client.authenticate(key=alice.key["Authorization"].removeprefix("Bearer "))

    made = await client._.create_generation(data={"prompt": "a red fox", "seed": 7})
    await work.succeed(await claimed(), [await drawn(0)])
    done = await client._.read_generation(parameters={"generation_id": str(made.id)})

    assert (made.status, done.status, done.creations[0].seed) == ("queued", "succeeded", 7)
    picture = await alice.get(done.creations[0].media.model_dump()["original"])
    assert picture.content.startswith(b"\x89PNG")
    renamed = await client._.change_creation(
        parameters={"creation_id": str(done.creations[0].id)}, data={"title": "Fox", "visibility": "private"}
    )
    assert (renamed.title, renamed.visibility) == ("Fox", "private")
