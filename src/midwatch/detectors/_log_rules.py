"""General classes of errors in logs, as many runtimes and clients word them; no class is about one application.

Each class is a table row: words that occur in it, what it means, and what it speaks for. Words come from the
standard libraries and clients: Go net and net/http, the JVM and its drivers, CPython, Node.js, .NET, gRPC, libpq,
MySQL errmsg, Redis, MongoDB, Kafka, RabbitMQ.
"""

from __future__ import annotations

import re

from midwatch.detectors._log_rule import Rule
from midwatch.detectors._log_rules_backends import DATABASE_RULES, TARGET_RULES
from midwatch.detectors._log_rules_own import GENERAL_RULES, PRECISE_RULES

RULES: tuple[Rule, ...] = (*DATABASE_RULES, *PRECISE_RULES, *TARGET_RULES, *GENERAL_RULES)
"""In this order: the first class that a line falls into is the one that explains it."""

_SUSPICIOUS = re.compile(
    r"fail|error|err\b|refus|denied|unable|cannot|can't|could not|couldn't|timed? ?out|timeout|deadline"
    r"|exceed|fatal|panic|exception|no such|not found|unknown|invalid|missing|required|must be|forbidden"
    r"|unavailable|upstream|reject|exhaust|too many|full|read-?only|no space|enospc|eacces"
    r"|e[a-z]{3,12}(?:refused|inuse|again|found|unreach)|already|in use|expired|untrusted|self.signed"
    r"|traceback|segmentation|core dumped|out of memory|noauth|wrongpass|unreach|no route|servfail|nxdomain"
    r"|resolve|misconf|emerg|max number|not set|doesn't exist|not exist|violation|unresolved"
    r"|misbehav|not known|run out|reserved|not.available|_available|ora-0|bad_alloc|max_connections"
    r"|not defined|not permitted|bad |terminate called|prohibited|not ?(?:writable)?primary|not master"
    r"|no password|alarm|are down|is down"
    r"|closed the|oom |heap|insufficient|doesn.t match|does not|undefined|quota|abort"
    r"|no .{0,20}(?:server|broker|instance)s",
    re.IGNORECASE,
)
_PLAIN_LEVEL = re.compile(
    r"^.{0,100}?(?:\b(?:INFO|DEBUG|TRACE|NOTICE)\b|\blevel=\"?(?:info|debug|trace)|\[(?:info|debug|trace)\]"
    r"|\"(?:level|severity|lvl)\" ?: ?\"(?:info|debug|trace|INFO|DEBUG|TRACE)|^I[0-9]{4} )"
)
_BAD_LEVEL = re.compile(
    r"^.{0,100}?\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|ERR|error=|level=\"?(?:error|fatal))\b"
)
_NO_LOG = "Error from server"
"""What `kubectl logs` prints in place of a log that it did not get."""

_MAX_TEXT = 2048


def classify(line: str) -> Rule | None:
    """The class of errors a line falls into; None for lines of level INFO or below and for everything harmless."""
    text = line[:_MAX_TEXT]
    if _NO_LOG in text[:64]:
        return None
    if _SUSPICIOUS.search(text) is None or (_PLAIN_LEVEL.match(text) and not _BAD_LEVEL.match(text)):
        return None
    return next((rule for rule in RULES if rule.pattern.search(text)), None)
