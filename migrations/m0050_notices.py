"""What people are told, by which way, and the cases they open with us.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0050"
VERSION = "1.38.0"
DESCRIPTION = "Notices and cases"

FORWARDS = (
    """
    CREATE TABLE notice (
        id uuid PRIMARY KEY,
        account uuid REFERENCES account ON DELETE CASCADE,
        channel varchar(4) NOT NULL CHECK (channel IN ('app', 'mail', 'push')),
        kind varchar(40) NOT NULL,
        facts jsonb NOT NULL DEFAULT '{}',
        address varchar(254) NOT NULL DEFAULT '',
        language varchar(5) NOT NULL DEFAULT 'en',
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        tries smallint NOT NULL DEFAULT 0,
        sent_at timestamptz,
        given_up_at timestamptz,
        read_at timestamptz,
        CHECK (account IS NOT NULL OR address <> '')
    )""",
    "CREATE INDEX notice_due ON notice (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL",
    "CREATE INDEX notice_of_account ON notice (account, created_at DESC, id DESC) WHERE channel = 'app'",
    "CREATE INDEX notice_unread ON notice (account) WHERE channel = 'app' AND read_at IS NULL",
    "CREATE INDEX notice_old ON notice (created_at)",
    """
    CREATE TABLE notice_choice (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        kind varchar(40) NOT NULL,
        channel varchar(4) NOT NULL CHECK (channel IN ('app', 'mail', 'push')),
        wanted boolean NOT NULL,
        UNIQUE (account, kind, channel)
    )""",
    """
    CREATE TABLE push_device (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        endpoint varchar(800) NOT NULL UNIQUE,
        public_key varchar(120) NOT NULL,
        secret varchar(40) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX push_device_account ON push_device (account)",
    "CREATE SEQUENCE case_number START 1001",
    """
    CREATE TABLE case_file (
        id uuid PRIMARY KEY,
        number bigint NOT NULL UNIQUE,
        kind varchar(20) NOT NULL,
        state varchar(8) NOT NULL CHECK (state IN ('open', 'waiting', 'closed')),
        account uuid REFERENCES account ON DELETE SET NULL,
        address varchar(254) NOT NULL DEFAULT '',
        language varchar(5) NOT NULL DEFAULT 'en',
        title varchar(200) NOT NULL DEFAULT '',
        subject varchar(80) NOT NULL DEFAULT '',
        assigned uuid REFERENCES account ON DELETE SET NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL,
        answered_at timestamptz,
        closed_at timestamptz,
        CHECK ((state = 'closed') = (closed_at IS NOT NULL))
    )""",
    "CREATE INDEX case_file_open ON case_file (due_at) WHERE state <> 'closed'",
    "CREATE INDEX case_file_account ON case_file (account, id DESC)",
    "CREATE INDEX case_file_subject ON case_file (subject) WHERE subject <> ''",
    """
    CREATE TABLE case_event (
        id uuid PRIMARY KEY,
        case_file uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
        kind varchar(10) NOT NULL CHECK (kind IN ('message', 'reply', 'note', 'state')),
        actor uuid,
        text text NOT NULL DEFAULT '',
        message_id varchar(250) NOT NULL DEFAULT '',
        at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX case_event_case ON case_event (case_file, id)",
    "CREATE UNIQUE INDEX case_event_mail ON case_event (message_id) WHERE message_id <> ''",
)

BACKWARDS = (
    "DROP TABLE case_event, case_file, push_device, notice_choice, notice",
    "DROP SEQUENCE case_number",
)


class Anything(Table):
    """Migrations never import app.models: those keep changing, this must not."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)

    async def up() -> None:
        for statement in FORWARDS:
            await Anything.raw(statement.replace("{", "{{").replace("}", "}}"))

    async def down() -> None:
        for statement in BACKWARDS:
            await Anything.raw(statement)

    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager
