"""The vocabulary of the captions: one table per language, and Arabic agreement."""

from __future__ import annotations

Wordings = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]  # English, Arabic

# English: singular, plural.
EN_THINGS: dict[str, tuple[str, str]] = {
    "boat": ("boat", "boats"), "car": ("car", "cars"), "house": ("house", "houses"),
    "balloon": ("balloon", "balloons"), "palm": ("palm tree", "palm trees"), "tree": ("tree", "trees"),
    "circle": ("circle", "circles"), "square": ("square", "squares"), "triangle": ("triangle", "triangles"),
    "star": ("star", "stars"), "heart": ("heart", "hearts"), "diamond": ("diamond", "diamonds"),
    "apple": ("apple", "apples"), "orange": ("orange", "oranges"), "lemon": ("lemon", "lemons"),
    "banana": ("banana", "bananas"), "pear": ("pear", "pears"),
}  # fmt: skip
EN_SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "boat": (("sailboat", "sailboats"), ("ship", "ships")),
    "balloon": (("hot air balloon", "hot air balloons"),),
    "palm": (("palm", "palms"),),
    "house": (("home", "homes"),),
    "car": (("automobile", "automobiles"),),
}
# Arabic: singular, dual, plural, and whether it is feminine.
AR_THINGS: dict[str, tuple[str, str, str, bool]] = {
    "boat": ("قارب", "قاربان", "قوارب", False), "car": ("سيارة", "سيارتان", "سيارات", True),
    "house": ("بيت", "بيتان", "بيوت", False), "balloon": ("منطاد", "منطادان", "مناطيد", False),
    "palm": ("نخلة", "نخلتان", "نخلات", True), "tree": ("شجرة", "شجرتان", "شجرات", True),
    "circle": ("دائرة", "دائرتان", "دوائر", True), "square": ("مربع", "مربعان", "مربعات", False),
    "triangle": ("مثلث", "مثلثان", "مثلثات", False), "star": ("نجمة", "نجمتان", "نجوم", True),
    "heart": ("قلب", "قلبان", "قلوب", False), "diamond": ("معين", "معينان", "معينات", False),
    "apple": ("تفاحة", "تفاحتان", "تفاحات", True), "orange": ("برتقالة", "برتقالتان", "برتقالات", True),
    "lemon": ("ليمونة", "ليمونتان", "ليمونات", True), "banana": ("موزة", "موزتان", "موزات", True),
    "pear": ("إجاصة", "إجاصتان", "إجاصات", True),
}  # fmt: skip
AR_SAME: dict[str, tuple[tuple[str, str, str, bool], ...]] = {
    "boat": (("سفينة", "سفينتان", "سفن", True), ("مركب", "مركبان", "مراكب", False)),
    "house": (("منزل", "منزلان", "منازل", False),),
    "balloon": (("بالون", "بالونان", "بالونات", False),),
    "palm": (("نخلة", "نخلتان", "نخيل", True),),
    "tree": (("شجرة", "شجرتان", "أشجار", True),),
    "star": (("نجمة", "نجمتان", "نجمات", True),),
    "pear": (("كمثرى", "كمثريان", "كمثريات", True),),
}
# Masculine, feminine, dual masculine, dual feminine. Plurals of things take the feminine.
AR_COLORS: dict[str, tuple[str, str, str, str]] = {
    "red": ("أحمر", "حمراء", "أحمران", "حمراوان"),
    "orange": ("برتقالي", "برتقالية", "برتقاليان", "برتقاليتان"),
    "yellow": ("أصفر", "صفراء", "أصفران", "صفراوان"),
    "green": ("أخضر", "خضراء", "أخضران", "خضراوان"),
    "blue": ("أزرق", "زرقاء", "أزرقان", "زرقاوان"),
    "purple": ("بنفسجي", "بنفسجية", "بنفسجيان", "بنفسجيتان"),
    "pink": ("وردي", "وردية", "ورديان", "ورديتان"),
    "white": ("أبيض", "بيضاء", "أبيضان", "بيضاوان"),
    "black": ("أسود", "سوداء", "أسودان", "سوداوان"),
    "wooden": ("خشبي", "خشبية", "خشبيان", "خشبيتان"),
}
EN_NUMBERS = {"1": ("a", "one"), "2": ("two", "2"), "3": ("three", "3"), "4": ("four", "4")}
AR_NUMBERS = {"3": ("ثلاثة", "ثلاث"), "4": ("أربعة", "أربع")}  # before masculine, before feminine

PLACE_WORDS: Wordings = {
    "sea": (("the sea", "the ocean", "a calm sea"), ("البحر", "بحر هادئ", "المحيط")),
    "desert": (("the desert", "a desert", "sand dunes"), ("الصحراء", "صحراء", "كثبان رملية")),
    "city": (("the city", "a city", "a city street", "a skyline"), ("المدينة", "مدينة", "شارع في المدينة")),
    "forest": (("the forest", "a forest", "the woods"), ("الغابة", "غابة", "غابة كثيفة")),
    "hills": (("the hills", "green hills", "a meadow"), ("التلال", "تلال خضراء", "المرج")),
    "snow": (("the snow", "snowy mountains", "a snowy field"), ("الثلج", "جبال ثلجية", "الجبال الثلجية")),
}
TIME_WORDS: Wordings = {
    "day": (("by day", "in daylight", "at noon", "on a sunny day"), ("في النهار", "نهارا", "عند الظهر", "تحت الشمس")),
    "sunset": (("at sunset", "at dusk", "in the evening", "at sunrise"),
               ("عند الغروب", "وقت الغروب", "في المساء", "عند الشروق")),
    "night": (("at night", "by night", "under the moon"), ("في الليل", "ليلا", "تحت القمر", "مع هلال")),
}  # fmt: skip
WEATHER_WORDS: Wordings = {
    "clear": (("under a clear sky", "clear weather", "clear sky"), ("تحت سماء صافية", "والسماء صافية", "سماء صافية")),
    "cloudy": (("with clouds", "under a cloudy sky", "cloudy"), ("مع غيوم", "تحت سماء غائمة", "غائم")),
    "rain": (("in the rain", "with rain", "rainy"), ("تحت المطر", "مع مطر", "ماطر")),
}
SIDE_WORDS: Wordings = {
    "left": (("on the left", "at the left side"), ("على اليسار", "إلى اليسار", "في اليسار")),
    "right": (("on the right", "at the right side"), ("على اليمين", "إلى اليمين", "في اليمين")),
}
STYLE_WORDS: Wordings = {
    "flat": (("in flat colours", "as a flat illustration", "flat style"), ("بألوان مسطحة", "بأسلوب مسطح", "رسم مسطح")),
    "watercolour": (("in watercolour", "as a watercolour painting", "watercolor", "painted in watercolor"),
                    ("بالألوان المائية", "لوحة مائية", "بألوان مائية", "رسم مائي")),
    "paper cut": (("as a paper cut", "made of cut paper", "paper cutout", "papercut style"),
                  ("من الورق المقصوص", "بأسلوب قص الورق", "من قصاصات ورق", "قصاصات ورقية")),
    "pixel art": (("in pixel art", "as pixel art", "pixelated", "pixel style"),
                  ("بأسلوب البكسل", "بفن البكسل", "فن بكسل", "بالبكسل")),
    "line drawing": (("as a line drawing", "in line art", "line drawing", "drawn in lines"),
                     ("رسم خطي", "بأسلوب الرسم الخطي", "مرسوم بالخطوط", "بخطوط فقط")),
}  # fmt: skip


def oblique(word: str) -> str:
    """The dual after a preposition: قاربان becomes قاربين."""
    return word[:-2] + "ين" if word.endswith("ان") else word


def arabic_things(noun: tuple[str, str, str, bool], count: str, color: str, after_preposition: bool) -> str:
    """Count, noun and colour in agreement: ثلاثة قوارب حمراء، قاربان أحمران، قارب أحمر."""
    single, dual, plural, feminine = noun
    tint = AR_COLORS.get(color)
    if count == "1":
        words = [single, tint[1 if feminine else 0] if tint else ""]
    elif count == "2":
        words = [dual, tint[3 if feminine else 2] if tint else ""]
        if after_preposition:
            words = [oblique(word) for word in words]
    else:
        words = [AR_NUMBERS[count][1 if feminine else 0], plural, tint[1] if tint else ""]
    return " ".join(word for word in words if word)
