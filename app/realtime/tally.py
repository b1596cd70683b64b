"""What this process has sent live, for /metrics."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import REGISTRY, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


@dataclass(slots=True)
class Tally:
    watchers: int = 0
    sent: int = 0
    dropped: int = 0
    closed_slow: int = 0
    returns: int = 0


tally = Tally()


class Live(Collector):
    """Read when asked for: a frame costs an addition and no more."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("studio_live_sockets", "Open live sockets.", tally.watchers)
        yield CounterMetricFamily("studio_live_frames_sent", "Frames written to sockets.", tally.sent)
        yield CounterMetricFamily(
            "studio_live_previews_dropped", "Previews a slow reader never saw: a newer one was there.", tally.dropped
        )
        yield CounterMetricFamily(
            "studio_live_closed_slow", "Sockets closed because their reader was too far behind.", tally.closed_slow
        )
        yield CounterMetricFamily(
            "studio_live_redis_returns", "How often Redis came back after it had been lost.", tally.returns
        )


REGISTRY.register(Live())
