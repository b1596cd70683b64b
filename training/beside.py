"""What lies beside the weights in a starter folder: how to draw previews, and what to ask for."""

from __future__ import annotations

import json
from pathlib import Path

from app.workers import preview
from training.draw import draw
from training.pool import SHARD, Pool
from training.recipe import recipe
from training.scenes import sample_spec

STUDIO = {
    "title": "Starter",
    "licence": "Apache-2.0",
    "commercial": True,
    "sizes": [[recipe().side, recipe().side]],
    "enlarge": 256 // recipe().side,
    "steps": 16,
    "max_steps": 60,
    "true_cfg_scale": 3.0,
    "tasks": ["text2image", "image2image", "inpaint"],
    "note": {
        "en": "A tiny model that runs on any laptop. It knows simple scenes: sea, desert, city, forest, hills, snow; "
        "day, sunset, night; clouds and rain; boats, cars, houses, balloons, palms, trees; fruit on a table; shapes; "
        "nine colours; one to four. Anything else becomes one of these, or something near.",
        "ar": "نموذج صغير يعمل على أي حاسوب محمول. يعرف مشاهد بسيطة: البحر والصحراء والمدينة والغابة والتلال "
        "والثلج، نهارًا وعند الغروب وليلًا، بغيوم ومطر، وقوارب وسيارات وبيوت وبالونات ونخيل وأشجار، وفاكهة على "
        "طاولة، وأشكالًا، بتسعة ألوان، من واحد إلى أربعة. وكل ما سوى ذلك يصير واحدًا منها أو قريبًا منه.",
    },
    "example_prompts": {
        "en": ["a red boat on the sea at sunset", "two blue houses in the forest by day", "the city at night",
               "three red apples on a wooden table", "snowy mountains with clouds"],
        "ar": ["قارب أحمر في البحر عند الغروب", "بيتان أزرقان في الغابة في النهار", "المدينة في الليل",
               "ثلاث تفاحات حمراء على طاولة خشبية", "جبال ثلجية مع غيوم"],
    },
}  # fmt: skip


def write_beside(pool: Pool, folder: Path, pictures: int = 512) -> None:
    """The preview map is fitted to latents whose pictures are known: no decoding needed."""
    pairs = []
    for seed in range(min(pictures, len(pool))):
        grid = pool.shards[seed // SHARD][seed % SHARD].permute(1, 2, 0).float().numpy()
        pairs.append((grid, draw(sample_spec(seed, style=recipe().style), seed, recipe().side)))
    preview.save(folder / "preview.safetensors", preview.fit(pairs, side=8))
    (folder / "studio.json").write_text(json.dumps(STUDIO, indent=2, ensure_ascii=False) + "\n")
