"""What others may do with a public piece, as its maker says.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0135"
VERSION = "1.38.0"
DESCRIPTION = "Licences of pieces"

FORWARDS = (
    """ALTER TABLE creation ADD COLUMN licence varchar(8) NOT NULL DEFAULT 'reserved'
       CHECK (licence IN ('reserved', 'by', 'by-sa', 'cc0'))""",
    # A view keeps the columns that its table had when it was made.
    """CREATE OR REPLACE VIEW published_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE OR REPLACE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
)

BACKWARDS = (
    "DROP VIEW public_creation",
    "DROP VIEW published_creation",
    "ALTER TABLE creation DROP COLUMN licence",
    # Those columns that it had before: what came between goes by itself.
    """CREATE VIEW published_creation AS SELECT id, owner, generation, kind, position, slug, media_key, title, prompt,
       show_prompt, params, model, seed, visibility, width, height, bytes, color, likes, version, created_at,
       published_at, deleted_at, public_words, own_words, seconds, gain, remix FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
)


class Anything(Table):
    """Migrations never import app.models: those keep changing, this must not."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)

    async def up() -> None:
        for statement in FORWARDS:
            await Anything.raw(statement)

    async def down() -> None:
        for statement in BACKWARDS:
            await Anything.raw(statement)

    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager
