"""The words of song captions, English and Arabic side by side. Arabic adjectives agree with feminine nouns."""

from __future__ import annotations

Wordings = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]

MOOD_WORDS: Wordings = {
    "major": (("happy", "cheerful", "bright", "joyful"), ("سعيدة", "مرحة", "مبهجة", "فرحة")),
    "minor": (("sad", "melancholic", "wistful", "sorrowful"), ("حزينة", "شجية", "كئيبة", "حالمة")),
    "hijaz": (("arabic", "oriental", "middle eastern", "hijaz"), ("شرقية", "عربية", "حجازية", "من التراث")),
}
TEMPO_WORDS: Wordings = {
    "slow": (("slow", "calm", "unhurried", "gentle"), ("بطيئة", "هادئة", "متمهلة", "رقيقة")),
    "medium": (("medium tempo", "moderate", "walking", "mid-tempo"),
               ("معتدلة", "متوسطة السرعة", "متوسطة", "معتدلة السرعة")),
    "fast": (("fast", "lively", "quick", "energetic"), ("سريعة", "نشيطة", "حيوية", "مسرعة")),
}  # fmt: skip
LEAD_WORDS: Wordings = {
    "kalimba": (("kalimba", "thumb piano", "music box"), ("على الكاليمبا", "بالكاليمبا", "بصندوق الموسيقى")),
    "flute": (("flute", "ney", "soft flute"), ("على الناي", "بالفلوت", "بالناي")),
    "oud": (("oud", "lute", "plucked oud"), ("على العود", "بالعود", "بعود شرقي")),
}
BACKING_WORDS: Wordings = {
    "chords": (("over soft chords", "with chords", "with held chords"),
               ("مع تآلفات", "فوق تآلفات ناعمة", "بتآلفات ممدودة")),
    "arpeggio": (("over arpeggios", "with an arpeggio", "with broken chords"),
                 ("مع أربيج", "فوق تآلفات متكسرة", "بنغمات متتابعة")),
}  # fmt: skip
DRUM_WORDS: Wordings = {
    "yes": (("with drums", "with percussion", "with a beat"), ("مع طبول", "مع إيقاع", "بإيقاع")),
    "no": (("without drums", "no drums", "without percussion"), ("بدون طبول", "بلا إيقاع", "من غير إيقاع")),
}
KIND_WORDS = {
    "en": ("tune", "melody", "song", "piece", "music"),
    "ar": ("مقطوعة", "موسيقى", "أغنية", "نغمة", "معزوفة"),
}
FILLERS = {
    "en": ("a", "play", "please make", "i want", "compose", "a short"),
    "ar": ("اعزف", "أريد", "اصنع", "ألّف", "لحن", "أسمعني"),
}
NOTE_NAMES = {"C": "دو", "D": "ري", "E": "مي", "F": "فا", "G": "صول", "A": "لا"}
SCALE_NAMES = {"major": ("الكبير", "ماجور"), "minor": ("الصغير", "مينور"), "hijaz": ("حجاز", "الحجاز")}


def key_words(key: str, language: str) -> tuple[str, ...]:
    tonic, scale = key.split()
    if language == "en":
        return (f"in {tonic} {scale}", f"in the key of {tonic} {scale}")
    note = NOTE_NAMES[tonic]
    if scale == "hijaz":
        return (f"على مقام حجاز {note}", f"من مقام الحجاز على {note}", f"حجاز {note}")
    return tuple(f"في سلم {note} {name}" for name in SCALE_NAMES[scale])
