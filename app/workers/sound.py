"""Samples to files and figures, through FFmpeg's libraries: encoding, loudness, peaks."""

import io
import itertools
from typing import Any

import av
import av.filter
import numpy as np

Array = np.ndarray[Any, Any]
CODECS = {
    # name: container, codec, bits a second, the only rate it speaks
    "flac": ("flac", "flac", None, None),
    "opus": ("ogg", "libopus", 128_000, 48_000),
    "m4a": ("ipod", "aac", 160_000, None),
    "mp3": ("mp3", "libmp3lame", 192_000, None),
}
PLAYED_AT = -16.0
"LUFS: what songs are brought to when they are played, as streaming services do."
PEAKS = 800


def encode(samples: Array, rate: int, name: str) -> bytes:
    """float32 (channels, samples) -> a whole file."""
    container, codec, bits, only_rate = CODECS[name]
    layout = "stereo" if len(samples) == 2 else "mono"
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=only_rate or rate, layout=layout)
        if bits:
            stream.bit_rate = bits
        resampler = av.AudioResampler(
            stream.format, layout, only_rate or rate, frame_size=stream.codec_context.frame_size or None
        )
        for frame in [*resampler.resample(_frame(samples, rate)), *resampler.resample(None)]:
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return buffer.getvalue()


def decode(data: bytes, rate: int, channels: int) -> Array:
    """A whole file of ours -> float32 (channels, samples)."""
    resampler = av.AudioResampler("fltp", "stereo" if channels == 2 else "mono", rate)
    with av.open(io.BytesIO(data), "r") as file:
        frames = [piece for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def loudness(samples: Array, rate: int) -> float:
    """Integrated loudness in LUFS, as EBU R 128 measures it; -70 for silence."""
    graph = av.filter.Graph()
    layout = "stereo" if len(samples) == 2 else "mono"
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout)
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    measured = -70.0
    # The filter measures in tenths of a second and says so in each frame; the last one knows of all.
    for start in range(0, samples.shape[1], rate // 10):
        frame = _frame(samples[:, start : start + rate // 10], rate)
        frame.pts = start
        source.push(frame)
        measured = _pulled(sink, measured)
    source.push(None)
    return _pulled(sink, measured)


def gain(samples: Array, rate: int) -> float:
    """Decibels to PLAYED_AT, never so many that the loudest sample would clip."""
    peak = float(np.abs(samples).max(initial=0.0))
    room = -20 * np.log10(peak) if peak > 0 else 0.0
    return round(float(min(PLAYED_AT - loudness(samples, rate), room)), 2) if peak > 0 else 0.0


def peaks(samples: Array, count: int = PEAKS) -> list[float]:
    """The largest sample in each of `count` equal parts: what players draw."""
    loud = np.abs(samples).max(axis=0)
    places = np.linspace(0, len(loud), count + 1).astype(int)
    return [round(float(loud[a : max(a + 1, b)].max(initial=0)), 3) for a, b in itertools.pairwise(places)]


def _frame(samples: Array, rate: int) -> Any:
    layout = "stereo" if len(samples) == 2 else "mono"
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout=layout)
    frame.sample_rate = rate
    return frame


def _pulled(sink: Any, measured: float) -> float:
    while True:
        try:
            said = sink.pull().metadata.get("lavfi.r128.I")
        except (av.BlockingIOError, av.EOFError):
            return measured
        measured = max(float(said), -70.0) if said not in (None, "-inf", "nan") else measured
