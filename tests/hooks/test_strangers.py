"""Whoever gives us an address reaches with it what they reach without us: the public internet, and nothing of ours."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import outbound, settings, strangers
from app.errors import Invalid
from app.strangers import NoAnswer
from tests.hooks.receiver import Receiver, receiving

ELSEWHERE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:7f00:1::",
    "fec0::1",
]  # fmt: skip


class Names:
    """A name server that says something else each time, as one that means ill does."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    async def find(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]


@pytest.fixture
def public_studio(services: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PUBLIC_URL", "https://studio.example")
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()


async def refused(url: str, *addresses: str) -> str:
    with pytest.raises(NoAnswer) as found:
        await strangers.post(url, b"{}", {}, Names(*addresses).find if addresses else strangers.find)
    return str(found.value)


@pytest.mark.parametrize("address", [*ELSEWHERE, "127.0.0.1", "127.9.9.9", "::1"])
async def test_a_name_that_leads_inside_is_not_called(public_studio: None, address: str):
    assert await refused("https://innocent.example/hook", address) == "place"


@pytest.mark.parametrize("address", [*ELSEWHERE, "127.0.0.1", "::1"])
def test_nor_is_a_number_that_does_taken(public_studio: None, address: str):
    host = f"[{address}]" if ip_address(address).version == 6 else address
    with pytest.raises(Invalid):
        strangers.check(f"https://{host}/hook")


@pytest.mark.parametrize(
    "spelled", ["https://localhost/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.1/"]
)
async def test_other_spellings_of_this_machine_lead_nowhere_either(public_studio: None, spelled: str):
    assert await refused(spelled) in {"place", "name"}


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
async def test_a_studio_on_a_laptop_calls_itself_and_not_its_network(services: object, address: str):
    assert await refused("http://innocent.example/hook", address) == "place"
    assert await refused("https://innocent.example/hook", address) == "place"


async def test_one_bad_address_among_good_ones_spoils_the_name(public_studio: None):
    async def both(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(NoAnswer, match="place"):
        await strangers.post("https://innocent.example/", b"{}", {}, both)


async def test_a_name_that_leads_elsewhere_a_moment_later_is_asked_once(services: object, program: Receiver):
    """Rebinding: what was judged is what is called."""
    names = Names("127.0.0.1", "10.0.0.1")

    assert await strangers.post(program.url(host="rebinding.example"), b"{}", {}, names.find) == 200
    assert names.asked == 1 and len(program.calls) == 1
    assert program.calls[0].headers["host"] == f"rebinding.example:{program.port}"


async def test_in_the_clear_nobody_far_away_is_called(services: object):
    assert await refused("http://innocent.example/hook", "93.184.215.14") == "place"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_an_answer_and_no_way(services: object, program: Receiver, status: str):
    async with receiving() as inside:
        program.says, program.head = [status], f"location: {inside.url()}\r\n"

        assert await strangers.post(program.url(), b"{}", {}) == int(status[:3])
        assert len(program.calls) == 1 and inside.calls == []


async def test_who_takes_the_call_and_says_nothing_is_left(
    services: object, program: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(strangers, "PATIENCE", 0.3)
    program.silent.clear()

    assert await refused(program.url()) == "time"
    assert len(program.calls) == 1


async def test_an_answer_without_end_is_not_read_to_its_end(services: object, program: Receiver):
    program.body = bytes(64 * 1024 * 1024)

    assert await strangers.post(program.url(), b"{}", {}) == 200
    assert program.sent < len(program.body) / 2


async def test_nobody_there(services: object, program: Receiver):
    async with receiving() as gone:
        address = gone.url()

    assert await refused(address) == "line"
    assert await refused("http://name.invalid/") == "name"


async def test_proxies_of_the_environment_are_not_asked(
    services: object, program: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert await strangers.post(program.url(), b"{}", {}) == 200


async def test_a_certificate_must_be_trusted_and_be_the_names(
    services: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with receiving(certified(tmp_path, "right.example")) as program:
        names = Names("127.0.0.1")
        outbound.trusted.cache_clear()
        with pytest.raises(NoAnswer, match="trust"):
            await strangers.post(program.url("https", "right.example"), b"{}", {}, names.find)

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        outbound.trusted.cache_clear()
        assert await strangers.post(program.url("https", "right.example"), b"{}", {}, names.find) == 200
        with pytest.raises(NoAnswer, match="trust"):
            await strangers.post(program.url("https", "wrong.example"), b"{}", {}, names.find)
    outbound.trusted.cache_clear()
    assert len(program.calls) == 1


def certified(folder: Path, host: str) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    cert = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
