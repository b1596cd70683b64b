"""A sound written anew: FLAC of 48 kHz, one or two channels, as long as its samples say, without tags and pictures."""

from collections.abc import Iterator
from typing import IO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from app.decoding.hearing import Ear
from app.decoding.signatures import ENOUGH, sound_format
from app.decoding.verdict import Facts, Limits, Refused

RATE = 48_000
SANE_RATES = range(4_000, 384_001)
SANE_CHANNELS = range(1, 9)
SHORTEST = 0.1  # seconds
MOST_BROKEN = 16
"Packets: what was cut out of a radio or a disc may have a few."
ID3_HEADER = 10
MISSING = 0.98
"A FLAC that has less than this of what its header counts was cut."


def rewrite(source: IO[bytes], target: IO[bytes], limits: Limits) -> Facts:
    av.logging.set_level(None)
    demuxer = _demuxer(source)
    with av.open(source, "r", format=demuxer, options={"protocol_whitelist": "file,pipe"}) as opened:
        if not opened.streams.audio:
            raise Refused("unreadable")
        stream = opened.streams.audio[0]
        stream.codec_context.thread_count = 1
        claimed = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        ear = Ear()
        seconds = _copy(opened, stream, target, limits, ear)
    if demuxer == "flac" and seconds < claimed * MISSING:
        raise Refused("incomplete")
    return Facts(seconds=round(seconds, 3), heard=ear.heard())


def _demuxer(source: IO[bytes]) -> str | None:
    """Behind an ID3 tag there is MP3, or FLAC: signed ones, ours among them, have their signature in such a tag."""
    start = source.read(ENOUGH)
    found = sound_format(start)
    if start.startswith(b"ID3"):
        source.seek(ID3_HEADER + sum(byte << shift for byte, shift in zip(start[6:10], (21, 14, 7, 0), strict=True)))
        found = "flac" if source.read(4) == b"fLaC" else found
    source.seek(0)
    return found


def _copy(
    opened: av.container.InputContainer, stream: AudioStream, target: IO[bytes], limits: Limits, ear: Ear
) -> float:
    context = stream.codec_context
    if context.sample_rate not in SANE_RATES or context.channels not in SANE_CHANNELS:
        raise Refused("unreadable")
    layout = "mono" if context.channels == 1 else "stereo"
    resampler = AudioResampler(format="s16", layout=layout, rate=RATE)
    seconds = 0.0
    with av.open(target, "w", format="flac", options={"fflags": "+bitexact"}) as written:
        out = written.add_stream("flac", rate=RATE, layout=layout, format="s16")
        out.codec_context.flags |= av.codec.context.Flags.bitexact
        for frame in _frames(opened, stream):
            seconds += frame.samples / frame.sample_rate
            if seconds > limits.seconds:  # counted while it runs: what a header says is no help
                raise Refused("too_long")
            frame.pts = None
            ear.hear(frame)
            for piece in resampler.resample(frame):
                written.mux(out.encode(piece))
        if seconds < SHORTEST:
            raise Refused("too_short")
        ear.hear(None)
        for piece in resampler.resample(None):
            written.mux(out.encode(piece))
        written.mux(out.encode(None))
    return seconds


def _frames(opened: av.container.InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    broken = 0
    for packet in opened.demux(stream):
        try:
            yield from packet.decode()
        except FFmpegError:
            broken += 1
            if broken > MOST_BROKEN:
                raise
