"""Who made what, in the studio that the screenshots show: four people, six pictures each, in two languages."""

from typing import NamedTuple


class Work(NamedTuple):
    prompt: str
    seed: int
    title: str = ""
    visibility: str = "public"


PAGE = "The long way home"
"The one whose own page is shown."


class Maker(NamedTuple):
    name: str
    email: str
    language: str
    works: list[Work]


MAKERS = [
    Maker("Ines Calder", "ines@example.org", "en", [
        Work("a calm sea on a cloudy day", 12),
        Work("a forest at night", 16, "Nobody else awake"),
        Work("green hills on a sunny day", 15, visibility="private"),
        Work("a city at sunset", 36),
        Work("a city at night under a crescent moon", 13, "Quiet hours"),
        Work("a red boat on the sea at sunset", 11, PAGE),
    ]),
    Maker("ليلى حداد", "layla@example.org", "ar", [
        Work("قارب أحمر على البحر عند الغروب", 21),
        Work("ثلاث تفاحات حمراء على طاولة خشبية", 23),
        Work("صحراء عند الغروب", 22, "آخر الضوء"),
        Work("غابة في النهار وسماء صافية", 25),
        Work("تلال خضراء في يوم مشمس", 26, visibility="private"),
        Work("مدينة في الليل وهلال في السماء", 24, "المدينة حين تنام"),
    ]),
    Maker("Tomás Rivera", "tomas@example.org", "en", [
        Work("three red apples on a wooden table", 34, "Breakfast, unfinished"),
        Work("a desert at night", 33),
        Work("snowy hills at sunset", 36),
        Work("a white boat on the sea on a sunny day", 31, "Last ferry"),
        Work("a snowy forest on a cloudy day", 32),
        Work("a desert at sunset", 35),
    ]),
    Maker("يوسف النجار", "yousef@example.org", "ar", [
        Work("ثلاث برتقالات على طاولة خشبية", 42),
        Work("تلال خضراء عند الغروب", 45, "ربيع"),
        Work("صحراء في الليل وهلال في السماء", 41, "سهر"),
        Work("مدينة عند الغروب", 44),
        Work("بحر هادئ في الليل", 43),
        Work("جبال ثلجية في يوم غائم", 46),
    ]),
]  # fmt: skip

WATCHED = {"en": "a red boat on the sea at sunset", "ar": "قارب أحمر على البحر عند الغروب"}
