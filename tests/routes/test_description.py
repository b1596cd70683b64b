"""The description of the API is what the API does: asked at random, with a key and without; a client made from it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import httpx2
import msgspec
import pytest
import schemathesis
from aiopenapi3 import OpenAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from litestar import Litestar
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
ACCEPTED = ["2xx", 304, 401, 403, 404, 409, 412, 429]
"Of what is as described: done, or not possible now, for them, or with what is there. Below is what no schema can say."
ALSO = {
    "POST /api/v1/generations": [422],  # which sizes and steps go together is each model's own
    "POST /api/v1/generations/price": [422],
    "POST /api/v1/uploads": [415, 422],  # which bytes are a picture or a sound
}
CURSOR = [400]  # every string that is no cursor of ours


def config(described: dict[str, Any]) -> schemathesis.Config:
    also = ALSO | {
        f"{method.upper()} {path}": CURSOR
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if any(parameter["name"] == "after" for parameter in operation["parameters"])
    }
    return schemathesis.Config.from_dict({
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ACCEPTED},
            "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429]},
        },
        "operations": [
            {"include-name": name, "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED + more}}}
            for name, more in also.items()
        ],
    })  # fmt: skip


@pytest.fixture(scope="module")
def only_web(start_studio: Callable[..., Studio]) -> Iterator[Studio]:
    studio = start_studio(WEB)
    studio.wait_until_live()
    yield studio


@pytest.mark.parametrize("signed_in", [True, False], ids=["with a key", "without"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "and not so"])
async def test_it_answers_as_described(
    web: Litestar, clean: None, only_web: Studio, mode: GenerationMode, signed_in: bool
):  # fmt: skip
    headers = {"Authorization": f"Bearer {await key_of((await account()).id)}"} if signed_in else {}
    wrong: list[str] = []
    asked = 0
    described = document(web)
    for found in schemathesis.openapi.from_dict(described, config=config(described)).get_all_operations():
        operation = found.ok()

        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            if mode is GenerationMode.POSITIVE and case.headers.get("Idempotency-Key"):
                case.headers["Idempotency-Key"] = uuid4().hex  # drawn alike for all, and each is good for one request
            case.call_and_validate(base_url=only_web.base_url, headers=headers, timeout=10)

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


@pytest.mark.parametrize("language, word", [("en", "no parameter"), ("ar", "لا يوجد")])
async def test_what_is_misspelt_is_named_and_not_left_out(alice: Person, language: str, word: str):
    await alice.post("/preferences", data={"language": language})

    answer = await alice.post("/api/v1/generations", json={"prompt": "a fox", "sede": 7}, headers=alice.key)

    assert answer.status_code == 400 and "sede" in answer.json()["detail"] and word in answer.json()["detail"]


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
