"""Causes in databases, and in what clients know of them, as the logs of clients tell them."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import SYMPTOMS, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_SERVICES = "https://kubernetes.io/docs/concepts/services-networking/service/"
_SECRETS = "https://kubernetes.io/docs/concepts/configuration/secret/"
_MYSQL = "https://dev.mysql.com/doc/refman/8.4/en/"
_POSTGRES = "https://www.postgresql.org/docs/current/"
_FAILING = frozenset({Effect.ERRORING, Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE})
_BACKEND_FAILS = frozenset({Effect.ERRORING, Effect.UNREACHABLE, Effect.SLOW})
_CLIENT = (
    "db-unreachable", "dependency-unreachable", "dependency-timeout", "application-crash", "container-crashing",
    "readiness-probe-failing", "liveness-probe-failing", "init-container-failing", "error-rate-high", *SYMPTOMS,
)  # fmt: skip
_SERVER = ("error-rate-high", "latency-high", *SYMPTOMS)


DATABASE_CAUSES: tuple[Cause, ...] = (
    Cause(
        id="db-credentials-invalid",
        family="dependencies",
        title=Text("The credentials for a database are wrong", "数据库凭据错误"),
        proven_by=Text("The server rejects user or password of the client.", "服务器拒绝了客户端的用户或密码。"),
        refuted_by=Text(
            "Other requests of the same client with the same credentials succeed.",
            "同一客户端使用相同凭据的其他请求成功。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct user and password in the Secret or variable of the client, then restart it.",
                "更正客户端 Secret 或变量中的用户和密码，然后重启。",
            ),
            Text(
                "Grant the user its rights in the database, if the password was changed there.",
                "如果密码在数据库侧被修改，请在数据库中恢复该用户的权限。",
            ),
        ),
        links=(
            _SECRETS,
            f"{_MYSQL}access-denied.html",
        ),
        effects=_FAILING,
        refines=(*_CLIENT, "broker-unreachable", "cache-unreachable"),
    ),
    Cause(
        id="db-port-wrong",
        family="dependencies",
        title=Text("A client calls a database on the wrong port", "客户端使用了错误的数据库端口"),
        proven_by=Text(
            "The configured port is not among the ports of the Service of the database; or only this client gets"
            " no connection to a database that is ready and serves its other clients.",
            "配置的端口不在数据库 Service 的端口之中；"
            "或者数据库已就绪并为其他客户端服务，只有该客户端无法建立连接。",
        ),
        refuted_by=Text(
            "The Service has that port, or other clients lose their connections too.",
            "该 Service 有此端口，或其他客户端也失去了连接。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct the port in the variable, ConfigMap or Secret of the client.",
                "更正客户端变量、ConfigMap 或 Secret 中的端口。",
            ),
        ),
        links=(_SERVICES,),
        effects=_FAILING,
        refines=(*_CLIENT, "service-address-port-mismatch"),
    ),
    Cause(
        id="db-address-wrong",
        family="dependencies",
        title=Text("A client calls a database under the wrong name", "客户端使用了错误的数据库地址"),
        proven_by=Text(
            "The configured host names no Service of the cluster.", "配置的主机名不对应集群中的任何 Service。"
        ),
        refuted_by=Text(
            "The Service exists under that name in that namespace.", "该命名空间中存在此名称的 Service。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct the host in the variable, ConfigMap or Secret of the client.",
                "更正客户端变量、ConfigMap 或 Secret 中的主机名。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",),
        effects=_FAILING,
        refines=(*_CLIENT, "service-address-mismatch", "dns-resolution-failure"),
    ),
    Cause(
        id="db-read-only",
        family="dependencies",
        title=Text("A database accepts no writes", "数据库处于只读状态"),
        proven_by=Text(
            'The database answers writes with read_only, READONLY or "read-only transaction".',
            "数据库对写操作返回 read_only、READONLY 或 read-only transaction。",
        ),
        refuted_by=Text("Writes to the database succeed.", "对数据库的写入成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Switch off read_only (super_read_only) on the primary, or promote a replica.",
                "在主库上关闭 read_only（super_read_only），或提升一个副本。",
            ),
            Text("Let clients write to the primary, not to a replica.", "让客户端写入主库而不是副本。"),
            Text("If the disk is full, make room first.", "如果磁盘已满，先腾出空间。"),
        ),
        links=(f"{_MYSQL}server-system-variables.html",),
        effects=_BACKEND_FAILS,
        refines=_SERVER,
    ),
    Cause(
        id="db-connections-exhausted",
        family="dependencies",
        title=Text("A database has no connection left", "数据库连接数耗尽"),
        proven_by=Text(
            'The database refuses clients with "too many connections" or the like.',
            "数据库以 too many connections 等信息拒绝客户端。",
        ),
        refuted_by=Text("New connections succeed.", "新连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Close leaking connections and bound the pools of the clients: replicas times pool size below"
                " the limit.",
                "关闭泄漏的连接并限制客户端连接池：副本数 × 池大小应低于上限。",
            ),
            Text(
                "Raise max_connections, with the memory it needs, or put a pooler in front.",
                "提高 max_connections（并相应增加内存），或在前面加连接池代理。",
            ),
        ),
        links=(
            f"{_MYSQL}too-many-connections.html",
            f"{_POSTGRES}runtime-config-connection.html",
        ),
        effects=_BACKEND_FAILS,
        refines=_SERVER,
    ),
    Cause(
        id="db-database-missing",
        family="dependencies",
        title=Text("A database does not exist", "数据库不存在"),
        proven_by=Text("The server says that the database does not exist.", "服务器表明该数据库不存在。"),
        refuted_by=Text("The client reads from that database.", "客户端能够读取该数据库。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Create the database, or correct its name in the configuration of the client.",
                "创建该数据库，或更正客户端配置中的库名。",
            ),
        ),
        links=(f"{_POSTGRES}manage-ag-createdb.html",),
        effects=_FAILING,
        refines=_CLIENT,
    ),
    Cause(
        id="db-schema-missing",
        family="dependencies",
        title=Text("Tables or columns of a database are missing", "数据库缺少表或列"),
        proven_by=Text(
            "The server says that a table, relation or column does not exist.",
            "服务器表明某个表、关系或列不存在。",
        ),
        refuted_by=Text("The same statements succeed.", "相同的语句执行成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Run the schema migration of this version, or roll back to the version that fits the schema.",
                "执行该版本的数据库迁移，或回滚到与当前结构相符的版本。",
            ),
        ),
        links=(f"{_POSTGRES}ddl.html",),
        effects=_FAILING,
        refines=("application-crash", "container-crashing", "error-rate-high", "readiness-probe-failing"),
    ),
    Cause(
        id="db-disk-full",
        family="dependencies",
        title=Text("The disk of a database is full", "数据库磁盘已满"),
        proven_by=Text(
            "The database reports that it cannot write for lack of space.", "数据库报告因空间不足无法写入。"
        ),
        refuted_by=Text("The volume of the database has room.", "数据库的卷还有空间。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Enlarge the volume, or delete old data, logs and binary logs.",
                "扩容卷，或删除旧数据、日志和二进制日志。",
            ),
        ),
        links=(f"{_MYSQL}full-disk.html",),
        effects=_BACKEND_FAILS,
        refines=(*_SERVER, "db-read-only", "application-crash", "container-crashing"),
    ),
    Cause(
        id="db-tls-required",
        family="dependencies",
        title=Text("Client and database disagree about TLS", "客户端与数据库的 TLS 设置不一致"),
        proven_by=Text(
            "The server refuses connections without (or with) TLS.", "服务器拒绝未使用（或使用）TLS 的连接。"
        ),
        refuted_by=Text("Connections with the same TLS setting succeed.", "使用相同 TLS 设置的连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set the TLS mode of the client (sslmode, useSSL, tls) as the server requires, with its"
                " authority.",
                "按服务器要求设置客户端的 TLS 模式（sslmode、useSSL、tls）及其 CA。",
            ),
        ),
        links=(f"{_POSTGRES}libpq-ssl.html",),
        effects=_FAILING,
        refines=_CLIENT,
    ),
)
