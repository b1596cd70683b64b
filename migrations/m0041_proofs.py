"""Ways to prove who one is beside a password: letters with a link, passkeys, codes of a phone, codes on paper.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0041"
VERSION = "1.38.0"
DESCRIPTION = "Proofs"

FORWARDS = (
    """
    CREATE TABLE letter (
        id uuid PRIMARY KEY,
        purpose varchar(8) NOT NULL CHECK (purpose IN ('sign-up', 'reset', 'enter', 'address')),
        account uuid REFERENCES account ON DELETE CASCADE,
        address varchar(254) NOT NULL,
        token_sha256 varchar(64) NOT NULL UNIQUE,
        newcomer jsonb,
        expires_at timestamptz NOT NULL,
        CHECK ((purpose = 'sign-up') = (account IS NULL))
    )""",
    "CREATE INDEX letter_account ON letter (account)",
    "CREATE INDEX letter_over ON letter (expires_at)",
    """
    CREATE TABLE passkey (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        credential varchar(1400) NOT NULL UNIQUE,
        public_key varchar(2000) NOT NULL,
        sign_count bigint NOT NULL DEFAULT 0,
        name varchar(80) NOT NULL,
        created_at timestamptz NOT NULL,
        used_at timestamptz
    )""",
    "CREATE INDEX passkey_account ON passkey (account)",
    """
    CREATE TABLE authenticator (
        id uuid PRIMARY KEY,
        account uuid NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
        secret varchar(200) NOT NULL,
        last_step bigint NOT NULL DEFAULT 0,
        confirmed_at timestamptz
    )""",
    """
    CREATE TABLE recovery_code (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        code_sha256 varchar(64) NOT NULL UNIQUE
    )""",
    "CREATE INDEX recovery_code_account ON recovery_code (account)",
)

BACKWARDS = ("DROP TABLE recovery_code, authenticator, passkey, letter",)


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
