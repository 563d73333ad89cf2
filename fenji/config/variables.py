"""Every environment variable that Fenji reads; `docs/reference/settings.md` is written from this list."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """`default` is what holds in a demonstration; `production` says whether a production start insists on it."""

    name: str
    meaning: str
    default: str = ""
    production: bool = False


VARIABLES = (
    Variable(
        "FENJI_DATABASE_URL",
        "Database of the application, `postgresql://user:password@host:port/name`; PostgreSQL 15 or later.",
        "an embedded PostgreSQL in FENJI_HOME",
        production=True,
    ),
    Variable(
        "FENJI_OWNER_DATABASE_URL",
        "The same database as the role that owns the tables; used by `fenji migrate` alone. "
        "The application's own role may not change audit rows.",
        "FENJI_DATABASE_URL",
    ),
    Variable(
        "FENJI_SECRET_KEY",
        "Signs sessions and forms; any long random text. Changing it logs everybody out.",
        "made once, kept in FENJI_HOME/keys.env",
        production=True,
    ),
    Variable(
        "FENJI_SEALING_KEYS",
        "Seal ID and telephone numbers; each 32 bytes in base64, newest first, separated by commas. "
        "Keep every key that ever sealed something.",
        "made once, kept in FENJI_HOME/keys.env",
        production=True,
    ),
    Variable(
        "FENJI_LOOKUP_KEY",
        "32 bytes in base64: hashes by which a sealed number is found. It cannot be changed afterwards.",
        "made once, kept in FENJI_HOME/keys.env",
        production=True,
    ),
    Variable("FENJI_PUBLIC_URL", "Where people reach it, `https://…`.", "http://127.0.0.1:8000", production=True),
    Variable(
        "FENJI_ALLOWED_HOSTS",
        "Host names answered to, separated by commas.",
        "localhost,127.0.0.1,[::1]",
        production=True,
    ),
    Variable("FENJI_CITY", "The city pack whose network and policy are loaded.", "yangjiang"),
    Variable(
        "FENJI_POLICY",
        "Another pack whose policy holds on that network: `qinghai`, `shanghai`, `zhenjiang`, `hospital_run`. For a "
        "demonstration under its rules, begun in a FENJI_HOME of its own.",
        "as FENJI_CITY",
    ),
    Variable(
        "FENJI_DEMONSTRATION",
        "`1`: synthetic residents, one-click logins, no second factor. Without it a start with demonstration "
        "accounts in the database is refused.",
        "1 with the embedded PostgreSQL, else 0",
    ),
    Variable("FENJI_API_CALLS_PER_MINUTE", "How many calls one account may make over the API in a minute.", "600"),
    Variable(
        "FENJI_DEMONSTRATION_RESIDENTS",
        "How many synthetic residents a demonstration begins with, from 1,000 up to 2,600,000.",
        "26000, one in a hundred of Yangjiang",
    ),
    Variable("FENJI_DEBUG", "`1`: pages of errors show the code. Never in production.", "0"),
    Variable("FENJI_HOME", "Embedded database, keys, static files and logs.", "`.fenji` in the project"),
    Variable("FENJI_STATIC_ROOT", "Where static files are collected.", "FENJI_HOME/static"),
    Variable("FENJI_PROCESSES", "Processes of the server; about one for each core it may use.", "2"),
    Variable("FENJI_THREADS", "Requests each of them works on at once.", "4"),
    Variable(
        "FENJI_PREPARED_AFTER",
        "Times a connection sees a statement before PostgreSQL keeps its plan; 0 behind a pooler that keeps none.",
        "3",
    ),
    Variable("FENJI_METRICS_TOKEN", "Lets a monitor on another machine read `/metrics` as a bearer.", "none"),
    Variable(
        "FENJI_SMS_URL",
        "Gateway for SMS: takes `{mobile, content, id}` as JSON, answers `{code: 0}`. Without it people telephone.",
        "none; a demonstration writes to FENJI_HOME/outbox",
    ),
    Variable("FENJI_SMS_KEY", "Key of the gateway, sent as a bearer.", "none"),
    Variable(
        "FENJI_WECOM_CORP_ID", "企业微信: the city's `corpid`; staff are told there, by their user names.", "none"
    ),
    Variable("FENJI_WECOM_AGENT_ID", "企业微信: number of the application that sends.", "none"),
    Variable("FENJI_WECOM_SECRET", "企业微信: secret of the application.", "none"),
    Variable("FENJI_WECOM_URL", "企业微信: address, for 政务微信 of one's own.", "https://qyapi.weixin.qq.com"),
    Variable("FENJI_REQUIRE_SECOND_FACTOR", "`1`: staff log in with a code of an authenticator app.", "0, else 1"),
    Variable("FENJI_IDLE_MINUTES", "Minutes without a request after which a session of staff ends.", "30"),
    Variable("FENJI_SESSION_HOURS", "Hours after which a session of staff ends in any case.", "12"),
    Variable("FENJI_RESIDENT_IDLE_MINUTES", "The same for residents, on their own telephones.", "1440"),
    Variable("FENJI_RESIDENT_SESSION_HOURS", "The same for residents.", "720"),
    Variable("FENJI_ADDRESS_FAILURES", "Failed logins, or wrong answers at /status/, before an address waits.", "20"),
    Variable("FENJI_TRUSTED_PROXIES", "Proxies in front that append to X-Forwarded-For; 0 believes none.", "0"),
)
