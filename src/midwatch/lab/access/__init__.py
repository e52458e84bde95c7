"""Access: who asks (tokens), what they may (RBAC), what is admitted (plugins, quotas, webhooks), custom types.

`install` joins all of it into a cluster's write path; `Access` answers servers and programs. What network packets
do is not known here: calling webhooks is handed in (`webhook_call` makes one from a function that connects).
"""

from __future__ import annotations

from midwatch.lab.access.access import Access
from midwatch.lab.access.attributes import Asked, Attributes
from midwatch.lab.access.authority import new_certificate
from midwatch.lab.access.installing import install
from midwatch.lab.access.rbac.bootstrap import bootstrap
from midwatch.lab.access.tokens import ADMIN_TOKEN
from midwatch.lab.access.users import ANONYMOUS, account_user
from midwatch.lab.access.webhooks.call import Answer, WebhookCall
from midwatch.lab.access.webhooks.connecting import Connect, webhook_call

__all__ = [
    "ADMIN_TOKEN",
    "ANONYMOUS",
    "Access",
    "Answer",
    "Asked",
    "Attributes",
    "Connect",
    "WebhookCall",
    "account_user",
    "bootstrap",
    "install",
    "new_certificate",
    "webhook_call",
]
