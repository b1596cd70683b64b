"""Accounts, generations, creations, the ledger, and the indexes that keep Explore and the queue flat.

Written in SQL and not generated: what matters here (partial, descending and expression indexes, checks, a trigger)
is what Piccolo's schema language cannot say. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0001"
VERSION = "1.38.0"
DESCRIPTION = "The first tables"

FORWARDS = (
    """
    CREATE TABLE account (
        id uuid PRIMARY KEY,
        handle varchar(40) NOT NULL UNIQUE,
        name varchar(80) NOT NULL,
        email varchar(254) NOT NULL,
        role varchar(12) NOT NULL DEFAULT 'creator',
        language varchar(5) NOT NULL DEFAULT 'en',
        theme varchar(5) NOT NULL DEFAULT 'auto',
        default_visibility varchar(7) NOT NULL DEFAULT 'public' CHECK (default_visibility IN ('public', 'private')),
        created_at timestamptz NOT NULL DEFAULT now(),
        last_active_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE UNIQUE INDEX account_email_once ON account (lower(email))",
    """
    CREATE TABLE identity (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        provider varchar(12) NOT NULL,
        subject varchar(254) NOT NULL,
        secret varchar(200) NOT NULL DEFAULT '',
        UNIQUE (provider, subject)
    )""",
    "CREATE INDEX identity_account ON identity (account)",
    """
    CREATE TABLE session (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        token_sha256 varchar(64) NOT NULL UNIQUE,
        label varchar(80) NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
    )""",
    "CREATE INDEX session_account ON session (account)",
    """
    CREATE TABLE generation (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        kind varchar(5) NOT NULL CHECK (kind IN ('image', 'song')),
        model varchar(200) NOT NULL,
        params jsonb NOT NULL,
        visibility varchar(7) NOT NULL CHECK (visibility IN ('public', 'private')),
        status varchar(9) NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'canceled')),
        cost integer NOT NULL CHECK (cost >= 0),
        work bigint NOT NULL CHECK (work > 0),
        attempt smallint NOT NULL DEFAULT 0,
        step integer NOT NULL DEFAULT 0,
        total_steps integer NOT NULL,
        worker varchar(80) NOT NULL DEFAULT '',
        lease_until timestamptz,
        expected_at timestamptz,
        watch_token varchar(22) NOT NULL UNIQUE,
        watchable boolean NOT NULL DEFAULT false,
        request_key varchar(64),
        error varchar(200) NOT NULL DEFAULT '',
        retry_of uuid,
        queued_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz
    )""",
    "CREATE UNIQUE INDEX generation_asked_once ON generation (owner, request_key) WHERE request_key IS NOT NULL",
    "CREATE INDEX generation_unfinished ON generation (queued_at, id) WHERE status IN ('queued', 'running')",
    "CREATE INDEX generation_of_owner ON generation (owner, id DESC)",
    "CREATE INDEX generation_started ON generation (started_at) WHERE started_at IS NOT NULL",
    "CREATE INDEX generation_speed ON generation (model, finished_at DESC) WHERE status = 'succeeded'",
    """
    CREATE TABLE creation (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        generation uuid REFERENCES generation ON DELETE SET NULL,
        kind varchar(5) NOT NULL CHECK (kind IN ('image', 'song')),
        position smallint NOT NULL DEFAULT 0,
        slug varchar(22) NOT NULL UNIQUE,
        media_key varchar(22) NOT NULL UNIQUE,
        title varchar(120) NOT NULL DEFAULT '',
        prompt text NOT NULL DEFAULT '',
        show_prompt boolean NOT NULL DEFAULT true,
        params jsonb NOT NULL,
        model varchar(200) NOT NULL,
        seed bigint NOT NULL DEFAULT 0,
        visibility varchar(7) NOT NULL CHECK (visibility IN ('public', 'private')),
        width integer NOT NULL DEFAULT 0,
        height integer NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        color varchar(7) NOT NULL DEFAULT '#888888',
        likes integer NOT NULL DEFAULT 0 CHECK (likes >= 0),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        deleted_at timestamptz,
        -- What strangers may search: a hidden prompt is not findable.
        public_words tsvector GENERATED ALWAYS AS
            (to_tsvector('simple', title || ' ' || CASE WHEN show_prompt THEN prompt ELSE '' END)) STORED,
        own_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || prompt)) STORED,
        CHECK ((visibility = 'public') = (published_at IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX creation_once ON creation (generation, position) WHERE generation IS NOT NULL",
    "CREATE INDEX creation_library ON creation (owner, created_at DESC, id DESC) WHERE deleted_at IS NULL",
    "CREATE INDEX creation_deleted ON creation (deleted_at) WHERE deleted_at IS NOT NULL",
    """CREATE INDEX creation_newest ON creation (published_at DESC, id DESC)
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE INDEX creation_most_liked ON creation (likes DESC, id DESC)
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE INDEX creation_of_maker ON creation (owner, published_at DESC, id DESC)
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE INDEX creation_public_words ON creation USING gin (public_words)
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    "CREATE INDEX creation_own_words ON creation USING gin (own_words)",
    # The one wall every public surface reads through.
    """CREATE VIEW public_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """
    CREATE TABLE share_link (
        id uuid PRIMARY KEY,
        creation uuid NOT NULL REFERENCES creation ON DELETE CASCADE,
        token varchar(22) NOT NULL UNIQUE,
        media_key varchar(22) NOT NULL UNIQUE,
        views integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
    )""",
    "CREATE INDEX share_link_creation ON share_link (creation)",
    """
    CREATE TABLE creation_like (
        id uuid PRIMARY KEY,
        creation uuid NOT NULL REFERENCES creation ON DELETE CASCADE,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (creation, account)
    )""",
    "CREATE INDEX creation_like_account ON creation_like (account)",
    """
    CREATE TABLE ledger_entry (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        amount integer NOT NULL,
        reason varchar(12) NOT NULL,
        reference varchar(80) NOT NULL UNIQUE,
        posted_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX ledger_entry_owner ON ledger_entry (owner, posted_at DESC)",
    """CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'ledger entries are permanent'; END $$""",
    """CREATE TRIGGER ledger_is_permanent BEFORE UPDATE ON ledger_entry
       FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()""",
    """
    CREATE TABLE audit_event (
        id uuid PRIMARY KEY,
        actor uuid,
        action varchar(40) NOT NULL,
        subject varchar(80) NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}',
        at timestamptz NOT NULL DEFAULT now()
    )""",
    """
    CREATE TABLE worker (
        id uuid PRIMARY KEY,
        name varchar(80) NOT NULL UNIQUE,
        device varchar(80) NOT NULL DEFAULT '',
        models varchar(400) NOT NULL DEFAULT '',
        loaded varchar(200) NOT NULL DEFAULT '',
        seen_at timestamptz NOT NULL DEFAULT now()
    )""",
)

BACKWARDS = (
    "DROP VIEW public_creation",
    "DROP TABLE worker, audit_event, ledger_entry, creation_like, share_link, creation, generation, session",
    "DROP TABLE identity, account",
    "DROP FUNCTION refuse_rewriting",
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
