"""What a file says of itself: that a machine made it, and, if its maker wants it, its name and how it came about.

Files travel further than pages, so words go into them for whoever asked for that and for nobody else.
"""

import base64
import io
from typing import NamedTuple
from xml.sax.saxutils import escape

from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TIT2, TPE1, TXXX, USLT
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggopus import OggOpus

MADE_WITH_AI = "Made with AI"
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"IPTC's word for what a model made."
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"The same from something that somebody brought."
FRONT_COVER = 3


class Words(NamedTuple):
    title: str = ""
    maker: str = ""
    prompt: str = ""
    lyrics: str = ""


NONE = Words()


def xmp(words: Words = NONE) -> bytes:
    """For pictures. The padding of older tools is left out: nobody writes into ours."""
    title, prompt = (f'<rdf:Alt><rdf:li xml:lang="x-default">{_xml(text)}</rdf:li></rdf:Alt>' for text in words[::2])
    said = [
        f"<dc:title>{title}</dc:title>" if words.title else "",
        f"<dc:description>{prompt}</dc:description>" if words.prompt else "",
        f"<dc:creator><rdf:Seq><rdf:li>{_xml(words.maker)}</rdf:li></rdf:Seq></dc:creator>" if words.maker else "",
    ]
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{TRAINED}</Iptc4xmpExt:DigitalSourceType>{''.join(said)}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def tagged(data: bytes, kind: str, cover: bytes, words: Words = NONE) -> bytes:
    """A sound with nothing but this in it; `cover` is a JPEG."""
    file = io.BytesIO(data)
    if kind == "mp3":
        _id3(cover, words).save(file)
    elif kind == "m4a":
        box = MP4(file)
        box.delete(file)
        box.update(_boxes(words) | {"covr": [MP4Cover(cover, MP4Cover.FORMAT_JPEG)]})
        file.seek(0)
        box.save(file)
    else:
        tags: FLAC | OggOpus = FLAC(file) if kind == "flac" else OggOpus(file)
        tags.clear()
        tags.update(_comments(words))
        if isinstance(tags, FLAC):
            tags.clear_pictures()
            tags.add_picture(_picture(cover))
        else:
            tags["metadata_block_picture"] = base64.b64encode(_picture(cover).write()).decode()
        file.seek(0)
        tags.save(file)
    return file.getvalue()


def _id3(cover: bytes, words: Words) -> ID3:
    tags = ID3()
    tags.add(COMM(encoding=3, lang="eng", desc="", text=MADE_WITH_AI))
    tags.add(TXXX(encoding=3, desc="DigitalSourceType", text=TRAINED))
    tags.add(APIC(encoding=3, mime="image/jpeg", type=FRONT_COVER, desc="", data=cover))
    for frame, text in ((TIT2, words.title), (TPE1, words.maker)):
        if text:
            tags.add(frame(encoding=3, text=text))
    if words.prompt:
        tags.add(TXXX(encoding=3, desc="Description", text=words.prompt))
    if words.lyrics:
        tags.add(USLT(encoding=3, lang="und", desc="", text=words.lyrics))
    return tags


def _boxes(words: Words) -> dict[str, list[str]]:
    said = {"\xa9nam": words.title, "\xa9ART": words.maker, "desc": words.prompt, "\xa9lyr": words.lyrics}
    return {"\xa9cmt": [f"{MADE_WITH_AI}: {TRAINED}"]} | {name: [text] for name, text in said.items() if text}


def _comments(words: Words) -> dict[str, list[str]]:
    said = {"title": words.title, "artist": words.maker, "description": words.prompt, "lyrics": words.lyrics}
    ours = {"comment": [MADE_WITH_AI], "digitalsourcetype": [TRAINED]}
    return ours | {name: [text] for name, text in said.items() if text}


def _picture(cover: bytes) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.data = FRONT_COVER, "image/jpeg", cover
    return picture


def _xml(text: str) -> str:
    """XML 1.0 has no place for control characters, escaped or not."""
    return escape("".join(c for c in text if c.isprintable() or c in "\n\t"))
