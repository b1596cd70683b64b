"""What people bring along: their own pictures and sounds, kept for a time, and what may not come in again.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0003"
VERSION = "1.38.0"
DESCRIPTION = "Uploads"

FORWARDS = (
    """
    CREATE TABLE upload (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        kind varchar(5) NOT NULL DEFAULT '' CHECK (kind IN ('', 'image', 'sound')),
        state varchar(9) NOT NULL CHECK (state IN ('receiving', 'ready')),
        bytes bigint NOT NULL CHECK (bytes >= 0),
        width integer NOT NULL DEFAULT 0,
        height integer NOT NULL DEFAULT 0,
        seconds real NOT NULL DEFAULT 0,
        sha256 varchar(64) NOT NULL DEFAULT '',
        consent varchar(400) NOT NULL DEFAULT '',
        consented_at timestamptz,
        keep_until timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CHECK (state = 'receiving' OR (kind <> '' AND consent <> '' AND consented_at IS NOT NULL))
    )""",
    "CREATE INDEX upload_of_owner ON upload (owner, created_at DESC, id DESC) WHERE deleted_at IS NULL",
    "CREATE INDEX upload_over ON upload (keep_until) WHERE deleted_at IS NULL",
    "CREATE INDEX upload_deleted ON upload (deleted_at) WHERE deleted_at IS NOT NULL",
    """
    CREATE TABLE blocked_file (
        sha256 varchar(64) PRIMARY KEY,
        reason varchar(200) NOT NULL DEFAULT '',
        blocked_at timestamptz NOT NULL DEFAULT now()
    )""",
)

BACKWARDS = ("DROP TABLE blocked_file, upload",)


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
