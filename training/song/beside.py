"""What lies beside the weights in the song starter: what the studio offers, and what to ask for."""

from __future__ import annotations

import json
from pathlib import Path

from training.song.plans import KEYS, RATE, SECONDS

STUDIO = {
    "title": "Song starter",
    "kind": "song",
    "licence": "Apache-2.0",
    "commercial": True,
    "seconds": [SECONDS],
    "sample_rate": RATE,
    "channels": 1,
    "steps": 16,
    "max_steps": 60,
    "guidance_scale": 3.0,
    "shift": 4.0,
    "sings": False,
    "keys": list(KEYS),
    "bpm": [75, 125],
    "meters": ["4"],
    "rough": True,
    "tasks": ["text2music", "cover", "repaint", "extend"],
    "note": {
        "en": "A tiny model that runs on any laptop, a sketch and not yet music. It plays short tunes without words: "
        "kalimba, flute or oud; happy, sad or Arabic; slow, medium or fast; over chords or arpeggios; with or without "
        "drums.",
        "ar": "نموذج صغير يعمل على أي حاسوب محمول، مسودة وليس موسيقى بعد. يعزف ألحاناً قصيرة بلا كلمات: "
        "كاليمبا أو ناي أو عود، سعيدة أو حزينة أو شرقية، بطيئة أو معتدلة أو سريعة، "
        "مع تآلفات أو نغمات متتابعة، بطبول أو بدونها.",
    },
    "example_prompts": {
        "en": [
            "a happy fast kalimba tune in C major with drums", "slow sad flute melody in A minor over soft chords",
            "oriental oud piece in D hijaz with percussion", "calm music box song in F major without drums",
        ],
        "ar": [
            "مقطوعة سريعة سعيدة بالكاليمبا في سلم دو الكبير مع طبول", "معزوفة بطيئة حزينة على الناي في سلم لا الصغير",
            "موسيقى شرقية بالعود على مقام حجاز ري مع إيقاع", "أغنية هادئة مبهجة بصندوق الموسيقى بدون طبول",
        ],
    },
}  # fmt: skip


def write_beside(folder: Path) -> None:
    (folder / "studio.json").write_text(json.dumps(STUDIO, indent=2, ensure_ascii=False) + "\n")
