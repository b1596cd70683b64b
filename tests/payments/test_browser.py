"""Alice buys a pack on the payment service's page, sees her credits come in another tab, spends them, is
given a share back; and her card's number is nowhere in the studio."""

import re
import time
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import expect

from app import cache, settings
from app.domain import generation, work
from app.embedded.home import installed
from tests.browser import OpenContext
from tests.e2e.acts import shown
from tests.e2e.people import let_in
from tests.payments.server import KEY, WEBHOOK_SECRET, StandIn
from tests.people import account, asked, claimed
from tests.standing import standing
from tests.studio import HOUSEKEEPING, WEB, Studio

CARD = "4242 4242 4242 4242"


@pytest.fixture(scope="module")
async def bank(anyio_backend: object) -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with standing(stand_in.app) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture(scope="module")
def shop(start_studio: Callable[..., Studio], bank: StandIn) -> Studio:
    studio = start_studio(
        WEB,
        HOUSEKEEPING,
        STRIPE_API_URL=bank.url,
        STRIPE_SECRET_KEY=KEY,
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        LOG_LEVEL="debug",
    )
    studio.wait_until_live()
    bank.webhook_url = f"{studio.base_url}/webhooks/stripe"
    return studio


@pytest.mark.policy("P07")
@pytest.mark.policy("P38")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_bought_seen_spent_and_given_back(
    clean: None, shop: Studio, bank: StandIn, open_context: OpenContext, language: str
):
    who = await account("Alice", language=language)
    context = await open_context(locale=language, base_url=shop.base_url)
    await let_in(context, who, shop.base_url)
    page, other = await context.new_page(), await context.new_page()
    await page.goto("/billing")
    await other.goto("/library")
    await expect(other.locator("#balance")).to_contain_text(shown(500, language))

    await page.click("button[name=offer][value=sketchbook]")
    await page.wait_for_url(re.compile("/pay/cs_test"))
    await page.fill("[name=card]", CARD)
    await page.fill("[name=coupon]", "NOTHING")
    await page.click("button[name=do]")
    await expect(page.get_by_role("alert")).to_contain_text("invalid")
    await page.fill("[name=card]", CARD)
    await page.click("button[name=do]")
    await page.wait_for_url(re.compile("/billing"))

    await expect(page.locator(".purse .notice")).to_contain_text(shown(5000, language))
    await expect(page.locator("#purse-balance")).to_have_text(shown(5500, language))
    await expect(other.locator("#balance")).to_contain_text(shown(5500, language))

    row = await asked(who.id, num_inference_steps=60, num_images_per_prompt=4)
    await work.beat(await claimed(), 30)
    await generation.cancel(row.id, who.id)
    await expect(other.locator("#balance")).to_contain_text(shown(5498, language))

    await page.goto("/billing")
    changes = await page.locator("section[aria-labelledby=movements] .amount bdi").all_inner_texts()
    assert changes[:3] == [f"+{shown(2, language)}", f"−{shown(4, language)}", f"+{shown(5000, language)}"]
    assert await page.locator(f"a[href='/g/{row.id}']").count() == 1
    assert await numbers_like_a_card(shop) == set()


async def numbers_like_a_card(shop: Studio) -> set[str]:
    """In a dump of the whole database, everything in Valkey, and what every process has logged."""
    dumped = await create_subprocess_exec(
        str(installed() / "bin" / "pg_dump"), "--data-only", settings.get().database_url, stdout=PIPE
    )
    rows, _ = await dumped.communicate()
    assert dumped.returncode == 0
    keys = [key async for key in cache.redis().scan_iter()]
    kept = [str(key) + str(await cache.redis().dump(key)) for key in keys]
    text = "\n".join([rows.decode(), *kept, *(shop.log(name) for name in shop.processes)])
    assert "sketchbook" in text and luhn("4242424242424242") and cards(f"{CARD}\t{CARD}")
    return cards(text)


def cards(text: str) -> set[str]:
    """Whole runs of 13 to 19 digits, also with a space or a dash between some, that have a card's check digit."""
    found = {re.sub(r"\D", "", run) for run in re.findall(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])", text)}
    return {digits for digits in found if luhn(digits) and not is_a_time(digits)}


def is_a_time(digits: str) -> bool:
    """Milliseconds since 1970, as arq counts, within a day of now."""
    return len(digits) == 13 and abs(int(digits) / 1000 - time.time()) < 86_400


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
