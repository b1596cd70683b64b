"""Keys for programs, and what requests that may be sent twice were answered.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0060"
VERSION = "1.38.0"
DESCRIPTION = "Keys for programs"

FORWARDS = (
    """
    CREATE TABLE api_key (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        name varchar(80) NOT NULL,
        scopes varchar(80) NOT NULL,
        token_sha256 varchar(64) NOT NULL UNIQUE,
        hint varchar(8) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz
    )""",
    "CREATE INDEX api_key_of_account ON api_key (account, created_at DESC)",
    """
    CREATE TABLE answer (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        key varchar(255) NOT NULL,
        request_sha256 varchar(64) NOT NULL,
        status smallint NOT NULL DEFAULT 0,
        body text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (account, key)
    )""",
    "CREATE INDEX answer_age ON answer (created_at)",
)

BACKWARDS = ("DROP TABLE answer, api_key",)


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
