"""How often one may: token buckets in Redis, the same for every process, each taken from in one indivisible step.

A bucket holds `size` tokens and is full again `seconds` after it was emptied. Whose bucket it is, an account's or a
network's, its `by` says. Losing Redis loses these counts and nothing else: then nobody is held up.
"""

import hashlib
import logging
from ipaddress import ip_address, ip_network
from typing import Any, Literal

import msgspec
from redis.exceptions import RedisError

from app import cache, settings
from app.errors import N_, TooMany

logger = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 86_400


class Bucket(msgspec.Struct, frozen=True):
    size: int
    seconds: int
    by: Literal["account", "network"] = "account"
    "By account means by network for whoever has none."


BUCKETS = {
    # Who comes in. By network, so that nobody can lock out somebody else's account.
    "sign-in": Bucket(30, 15 * MINUTE, "network"),
    "sign-up": Bucket(20, DAY, "network"),
    "reset": Bucket(10, HOUR, "network"),
    "handle": Bucket(5, DAY),
    "letters": Bucket(5, HOUR),  # to one address
    "mails": Bucket(5, HOUR),  # from one address, beyond which they are kept and not acknowledged
    "password": Bucket(10, HOUR),  # wrong ones for one account, from browsers that it does not know
    "code": Bucket(10, 15 * MINUTE),  # of one account whose password was right
    "reports": Bucket(20, HOUR, "network"),
    # What moves money.
    "payments": Bucket(30, HOUR),
    "refunds": Bucket(20, HOUR),
    # What costs machines.
    "generations": Bucket(60, 10 * MINUTE),
    "uploads": Bucket(60, HOUR),
    "verify": Bucket(30, 10 * MINUTE),
    "webhook-tests": Bucket(20, HOUR),  # nobody is knocked at from here all day
    "search": Bucket(60, MINUTE),
    "sockets": Bucket(120, MINUTE),
    # Everything else: what programs ask, and what people change.
    "api": Bucket(600, MINUTE),
    "changes": Bucket(240, MINUTE),
}

# KEYS: the bucket. ARGV: size, seconds, cost. Returns whether it was enough, what is left, and the seconds until it is
# enough, or full. Redis's own clock, because the processes' clocks differ.
TAKE = """
local size, seconds, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(size, (known[1] or size) + (now - (known[2] or now)) * size / seconds)
if left < cost then
  return {0, math.floor(left), math.ceil((cost - left) * seconds / size)}
end
left = left - cost
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], seconds)
return {1, math.floor(left), math.ceil((size - left) * seconds / size)}
"""


class Spent(msgspec.Struct, frozen=True):
    """What an answer tells of it, in the words of the IETF's draft on RateLimit fields."""

    bucket: str
    size: int
    seconds: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.bucket}";q={self.size};w={self.seconds}',
            "RateLimit": f'"{self.bucket}";r={self.left};t={self.reset}',
        }


async def spend(bucket: str, key: str, cost: int = 1) -> Spent | None:
    """Take from a bucket, or TooMany with the seconds after which there is enough. None where nothing is counted."""
    size, seconds = round(BUCKETS[bucket].size * settings.get().rate_limits), BUCKETS[bucket].seconds
    if not size:
        return None
    name = f"limit:{bucket}:{hashlib.sha256(key.encode()).hexdigest()[:24]}"  # no address lies about in Redis
    try:
        taken: Any = cache.redis().eval(TAKE, 1, name, str(size), str(seconds), str(cost))
        enough, left, reset = await taken
    except (RedisError, OSError) as error:
        logger.warning("no limits are kept at the moment: %s", type(error).__name__)
        return None
    if not enough:
        raise TooMany(N_("That was a little fast. Please wait a moment."), retry_after=reset)
    return Spent(bucket, size, seconds, left, reset)


def network(address: str) -> str:
    """Whom one address stands for: its /24, or its /48 in IPv6, where a household has as many as it likes."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, 24 if ip.version == 4 else 48), strict=False))
