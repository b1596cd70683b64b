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
        Work("a calm sea at noon", 12),
        Work("a forest at night with a full moon", 16, "Nobody else awake"),
        Work("green hills under a cloudy sky", 15, visibility="private"),
        Work("a city at sunset", 36),
        Work("a city at night under a white moon", 13, "Quiet hours"),
        Work("a desert at sunset with an orange sun", 11, PAGE),
    ]),
    Maker("ليلى حداد", "layla@example.org", "ar", [
        Work("بحر هادئ عند الظهر", 21),
        Work("تفاحتان حمراوان على طاولة", 23),
        Work("صحراء عند الغروب وشمس برتقالية", 22, "آخر الضوء"),
        Work("غابة خضراء في يوم غائم", 25),
        Work("شمس صفراء فوق تلال خضراء", 26, visibility="private"),
        Work("مدينة في الليل تحت قمر أبيض", 24, "المدينة حين تنام"),
    ]),
    Maker("Tomás Rivera", "tomas@example.org", "en", [
        Work("three yellow lemons on a blue table", 34, "Breakfast, unfinished"),
        Work("a purple night over the desert", 33),
        Work("a white moon above dark hills", 36),
        Work("a red sun over the sea at sunset", 31, "Last ferry"),
        Work("a snowy mountain under a blue sky", 32),
        Work("a city at sunset", 35),
    ]),
    Maker("يوسف النجار", "yousef@example.org", "ar", [
        Work("برتقالتان على طاولة", 42),
        Work("تلال خضراء عند الظهر", 45, "ربيع"),
        Work("قمر أبيض فوق الصحراء في الليل", 41, "سهر"),
        Work("مدينة في النهار تحت سماء زرقاء", 44),
        Work("بحر عند الغروب وشمس حمراء", 43),
        Work("غابة عند الغروب", 46),
    ]),
]  # fmt: skip

WATCHED = {"en": "a red sun over the sea at sunset", "ar": "غابة عند الغروب"}
