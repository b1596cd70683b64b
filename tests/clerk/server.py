"""A Clerk that speaks the real one's protocol on a socket: its pages, its handshake, its API, its signed messages."""

import base64
import json
import time
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from litestar import Litestar, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from app import webhook_signing

SECRET = "sk_test_of_the_stand_in"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of the stand-in").decode()
PUBLISHABLE = "pk_test_" + base64.b64encode(b"stand-in.clerk.accounts.dev$").decode()
PAGE = """<!doctype html><html lang="en"><title>Clerk</title><main><h1>Sign in to the studio</h1>
<form method="post"><input type="hidden" name="redirect_url" value="{back}">
<label>Address <input name="email" type="email"></label><button>Continue</button></form></main></html>"""
Thing = dict[str, Any]


class StandIn:
    """`azp` is put into tokens; `silent` makes the API answer 503; `asked` keeps what was asked of it."""

    def __init__(self) -> None:
        self.url = self.azp = ""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = f"ins_{uuid4().hex}"
        self.users: dict[str, Thing] = {}
        self.sessions: dict[str, Thing] = {}
        self.silent = False
        self.asked: list[str] = []
        self.app = Litestar([*pages(self), *api(self)], openapi_config=None, logging_config=None)

    def add(self, email: str, name: str = "Alice Maker", *, verified: bool = True) -> Thing:
        first, _, last = name.partition(" ")
        address = {
            "id": f"idn_{uuid4().hex[:12]}", "object": "email_address", "email_address": email,
            "verification": {"status": "verified" if verified else "unverified", "strategy": "email_code"},
        }  # fmt: skip
        user = {
            "id": f"user_{uuid4().hex[:12]}", "object": "user", "first_name": first, "last_name": last or None,
            "email_addresses": [address], "primary_email_address_id": address["id"], "updated_at": now_ms(),
            "created_at": now_ms(),
        }  # fmt: skip
        self.users[user["id"]] = user
        return user

    def move(self, user: Thing, email: str, *, verified: bool = True, at: int | None = None) -> Thing:
        """A copy as it would be told, with another address."""
        address = user["email_addresses"][0] | {
            "email_address": email, "verification": {"status": "verified" if verified else "unverified"},
        }  # fmt: skip
        changed = user | {"email_addresses": [address], "updated_at": at or user["updated_at"] + 1000}
        self.users[user["id"]] = changed
        return changed

    def open(self, user: Thing) -> str:
        session = {"id": f"sess_{uuid4().hex[:12]}", "object": "session", "user_id": user["id"], "status": "active"}
        self.sessions[session["id"]] = session | {"fva": [0, -1]}
        return str(session["id"])

    def claims(self, session_id: str, **changed: Any) -> Thing:
        session, moment = self.sessions[session_id], int(time.time())
        usual = {
            "azp": self.azp, "exp": moment + 60, "iat": moment, "nbf": moment - 10, "iss": self.url,
            "sub": session["user_id"], "sid": session_id, "v": 2, "fva": session["fva"], "sts": "active",
        }  # fmt: skip
        return {name: value for name, value in (usual | changed).items() if value is not None}

    def token(self, claims: Thing, key: Any = None, **header: Any) -> str:
        headers = {"kid": self.kid, "cat": "cl_B7d4PD111AAA"} | header
        return jwt.encode(claims, key or self.key, algorithm=headers.pop("alg", "RS256"), headers=headers)

    def handshake(self, token: str, **signing: Any) -> str:
        cookies = [
            f"__client_uat={int(time.time())}; Path=/; Domain=127.0.0.1; Max-Age=315360000; SameSite=Lax",
            f"__session={token}; Path=/; SameSite=Lax",
        ]
        return self.token({"handshake": cookies}, **signing)

    def message(self, kind: str, data: Thing) -> str:
        return json.dumps({"data": data, "object": "event", "type": kind, "timestamp": now_ms()})

    def signed(
        self, body: str, at: float | None = None, secret: str = WEBHOOK_SECRET, name: str = ""
    ) -> dict[str, str]:
        message, moment = name or f"msg_{uuid4().hex}", str(int(at or time.time()))
        return {
            "svix-id": message, "svix-timestamp": moment, "Content-Type": "application/json",
            "svix-signature": webhook_signing.signature(secret, message, moment, body.encode()),
        }  # fmt: skip


def now_ms() -> int:
    return int(time.time() * 1000)


def pages(self: StandIn) -> list[Any]:
    def back_from(request: Request[Any, Any, Any], back: str) -> Redirect:
        return Redirect(str(httpx.URL(back).copy_merge_params({"__clerk_db_jwt": "dvb_stand_in"})))

    def session_of(request: Request[Any, Any, Any]) -> str:
        found = request.cookies.get("__client", "")
        return found if self.sessions.get(found, {}).get("status") == "active" else ""

    @get(["/sign-in", "/sign-up"], status_code=200)
    async def ask(request: Request[Any, Any, Any]) -> Response[Any]:
        back = request.query_params["redirect_url"]
        if session_of(request):
            return back_from(request, back)
        return Response(PAGE.format(back=escape(back)), media_type="text/html")

    @post(["/sign-in", "/sign-up"], status_code=200)
    async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
        form = await request.form()
        email = str(form["email"])
        known = [user for user in self.users.values() if user["email_addresses"][0]["email_address"] == email]
        response = Redirect(str(back_from(request, str(form["redirect_url"])).url), status_code=303)
        session = self.open(known[0] if known else self.add(email))
        response.set_cookie(Cookie("__client", value=session, path="/", httponly=True, samesite="lax"))
        return response

    @get("/v1/client/handshake")
    async def handshake(request: Request[Any, Any, Any]) -> Redirect:
        session = session_of(request)
        token = self.token(self.claims(session)) if session else ""
        back = httpx.URL(request.query_params["redirect_url"])
        return Redirect(str(back.copy_merge_params({"__clerk_handshake": self.handshake(token)})))

    return [ask, enter, handshake]


def api(self: StandIn) -> list[Any]:
    def answer(request: Request[Any, Any, Any], found: Any) -> Response[Any]:
        self.asked.append(f"{request.method} {request.url.path}?{urlencode(dict(request.query_params))}".rstrip("?"))
        if self.silent:
            return Response({"errors": []}, status_code=503)
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response({"errors": [{"code": "authentication_invalid"}]}, status_code=401)
        return Response(found if found is not None else {"errors": [{"code": "resource_not_found"}]},
                        status_code=200 if found is not None else 404)  # fmt: skip

    @get("/v1/jwks")
    async def jwks(request: Request[Any, Any, Any]) -> Response[Any]:
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return answer(request, {"keys": [public | {"use": "sig", "alg": "RS256", "kid": self.kid}]})

    @get("/v1/users")
    async def users(request: Request[Any, Any, Any], limit: int = 10, offset: int = 0) -> Response[Any]:
        return answer(request, list(self.users.values())[offset : offset + limit])

    @get("/v1/users/{user_id:str}")
    async def user(request: Request[Any, Any, Any], user_id: str) -> Response[Any]:
        return answer(request, self.users.get(user_id))

    @delete("/v1/users/{user_id:str}", status_code=200)
    async def forget(request: Request[Any, Any, Any], user_id: str) -> Response[Any]:
        there = None if self.silent else self.users.pop(user_id, None)
        return answer(request, there and {"id": user_id, "object": "user", "deleted": True})

    @get("/v1/sessions/{session_id:str}")
    async def session(request: Request[Any, Any, Any], session_id: str) -> Response[Any]:
        return answer(request, self.sessions.get(session_id))

    @post("/v1/sessions/{session_id:str}/revoke", status_code=200)
    async def revoke(request: Request[Any, Any, Any], session_id: str) -> Response[Any]:
        if session_id in self.sessions:
            self.sessions[session_id]["status"] = "revoked"
        return answer(request, self.sessions.get(session_id))

    return [jwks, users, user, forget, session, revoke]
