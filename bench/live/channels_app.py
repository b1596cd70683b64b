"""A peer: live frames as Litestar's own channels plugin sends them, from the same Redis."""

import os
from typing import Any

from litestar import Litestar, WebSocket, websocket
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.redis import RedisChannelsPubSubBackend
from litestar.exceptions import WebSocketDisconnect
from redis.asyncio import Redis


@websocket("/live")
async def live(socket: WebSocket[Any, Any, Any], channels: ChannelsPlugin) -> None:
    await socket.accept()
    topics = [f"generation:{name}" for name in socket.query_params.getall("generation")]
    async with channels.start_subscription(topics) as subscriber, subscriber.run_in_background(socket.send_bytes):
        try:
            while True:
                await socket.receive_data(mode="text")
        except WebSocketDisconnect:
            return


plugin = ChannelsPlugin(
    RedisChannelsPubSubBackend(redis=Redis.from_url(os.environ["REDIS_URL"])),
    arbitrary_channels_allowed=True,
    subscriber_max_backlog=64,
    subscriber_backlog_strategy="dropleft",
)
app = Litestar([live], plugins=[plugin], openapi_config=None)
