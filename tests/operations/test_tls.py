"""What travels is encrypted: at the edge by its settings, and behind it by what browsers are told, over real TLS."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.people import PASSWORD, Person
from tests.studio import Studio

pytestmark = pytest.mark.policy("P43")
ROOT = Path(__file__).parents[2]
CADDY = (ROOT / "deploy" / "Caddyfile").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
A_YEAR = 365 * 24 * 60 * 60


def own_certificate(folder: Path) -> tuple[Path, bytes]:
    """For 127.0.0.1: key and certificate in one file, and what a client has to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a studio")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    kept = folder / "tls.pem"
    kept.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                             serialization.NoEncryption()))  # fmt: skip
    return kept, pem


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class Edge:
    """A proxy that ends TLS and hands on the rest, byte for byte, to a web process that knows its outer address."""

    def __init__(self, server: asyncio.Server, trusted: ssl.SSLContext) -> None:
        self.server, self.trusted, self.inner = server, trusted, 0
        self.name = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def edge(start_studio: Callable[..., Studio], tmp_path: Path) -> AsyncIterator[Edge]:
    kept, pem = own_certificate(tmp_path)
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(kept)

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection("127.0.0.1", found.inner)
        await asyncio.gather(pipe(reader, inner[1]), pipe(inner[0], writer))

    server = await asyncio.start_server(hand_on, "127.0.0.1", 0, ssl=offered)
    found = Edge(server, ssl.create_default_context(cadata=pem.decode()))
    studio = start_studio("web", PUBLIC_URL=f"https://{found.name}", CONTACT_EMAIL="us@studio.example")
    found.inner = studio.port
    await asyncio.to_thread(studio.wait_until_live)
    yield found
    server.close()


async def test_over_tls_every_cookie_is_for_tls_alone_and_every_answer_says_so_for_a_year(alice: Person, edge: Edge):
    answers = []
    origin = f"https://{edge.name}"
    async with httpx.AsyncClient(base_url=origin, verify=edge.trusted, headers={"Origin": origin}) as browser:
        answers.append(await browser.get("/sign-in"))
        answers.append(await browser.post("/sign-in", data={"email": alice.account.email, "password": PASSWORD}))
        answers += [await browser.get(path) for path in ("/", "/library", "/nothing/here", "/static/js/studio.js")]
        answers.append(await browser.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}))
        answers.append(await browser.post("/account", data={"theme": "dark", "language": "ar"}))
        answers.append(await browser.post("/sign-out"))

    for answer in answers:
        told = answer.headers["strict-transport-security"]
        assert int(re.search(r"max-age=(\d+)", told)[1]) >= A_YEAR and "includeSubDomains" in told, answer.url
    given = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert any(cookie.startswith("__Host-session=") for cookie in given)
    assert [cookie for cookie in given if "secure" not in cookie.lower().split("; ")] == []


async def test_a_socket_opens_for_pages_that_came_over_tls_and_for_no_others(alice: Person, edge: Edge):
    cookie = {"Cookie": f"__Host-session={alice.cookies['session']}"}

    async with websockets.connect(
        f"wss://{edge.name}/live", ssl=edge.trusted, origin=f"https://{edge.name}", additional_headers=cookie
    ) as socket:
        await socket.ping()
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"wss://{edge.name}/live", ssl=edge.trusted, origin=f"http://{edge.name}", additional_headers=cookie
        )


def test_the_edge_speaks_no_older_tls_leads_people_on_and_refuses_programs_in_the_clear():
    plain = CADDY.partition("http://{$SITE_ADDRESS} {")[2]

    assert re.search(r"tls \{\s+protocols tls1\.2 tls1\.3\s+\}", CADDY)
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in OPERATIONS
    assert "redir https://{host}{uri} 308" in plain and "@programs path /api/* /live" in plain
    assert re.search(r"handle @programs \{\s+respond .* 403\s+\}", plain)
