"""Errors of databases, caches, brokers and other services as their clients word them."""

from __future__ import annotations

from midwatch.detectors._log_rule import Rule, Scope, rule

DATABASE_RULES: tuple[Rule, ...] = (
    rule(
        "db-credentials",
        Scope.CREDENTIALS,
        r"access denied for user|password authentication failed|no password supplied"
        r"|SQL Error: 1045\b|SQLState: 28|SQLSTATE\[?28|\b28P01\b|ER_ACCESS_DENIED_ERROR|\(1045, "
        r"|ERR invalid (?:password|username)|NOAUTH|WRONGPASS|invalid username-password pair"
        r"|AuthenticationFailed|SCRAM.{0,60}fail|login failed for user|ORA-01017|ORA-28000"
        r"|role \"[^\"]{1,63}\" does not exist|ACCESS_REFUSED|SaslAuthenticationException"
        r"|Client sent AUTH, but no password is set|Authentication failed\.?(?:$| .{0,20}(?:mongo|18))"
        r"|bad auth.{0,20}authentication failed|PLAIN login refused|Authorization Violation",
        "the server rejects its credentials",
        "服务器拒绝其凭据",
        ("db-credentials-invalid", 0.8),
    ),
    rule(
        "db-read-only",
        Scope.DATABASE,
        r"--(?:super-)?read-only|read-only (?:transaction|mode|replica|database)|READONLY You can't write"
        r"|read only (?:replica|mode)|NotWritablePrimary|not master|NotPrimaryNoSecondaryOk|not primary\b"
        r"|database is read-only|is read only and cannot|SQL Error: (?:1290|1836)\b|ORA-16000"
        r"|SQLSTATE[ :=\[]{1,3}25006|\b25006: "
        r"|ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE|InnoDB is in read only|\((?:1290|1836), ",
        "the database accepts no writes",
        "数据库不接受写入",
        ("db-read-only", 0.8),
    ),
    rule(
        "db-connections",
        Scope.DATABASE,
        r"too many (?:open )?connections|remaining connection slots are reserved|too many clients already"
        r"|max number of clients reached|max_user_connections|ORA-000(?:18|20)|ORA-125(?:16|19|20)|max_connections"
        r"|connection limit exceeded|no more connections allowed|SQL Error: (?:1040|1203|1226)\b"
        r"|SQLSTATE[ :=\[]{1,3}53300|\b53300: "
        r"|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|\((?:1040|1203|1226), ",
        "the database has no connection left",
        "数据库已没有可用连接",
        ("db-connections-exhausted", 0.85),
    ),
    rule(
        "db-disk-full",
        Scope.DATABASE,
        r"could not (?:extend|write).{0,300}No space left|the table '[^']{1,128}' is full"
        r"|MISCONF Redis is configured|Disk is full writing|disk usage exceeded flood-stage"
        r"|(?:errno|error)[: ]{1,2}28\b|ORA-01653|database disk image is (?:full|malformed)"
        r"|disk (?:free space )?alarm",
        "the disk of the database is full",
        "数据库磁盘已满",
        ("db-disk-full", 0.8),
    ),
    rule(
        "db-tls",
        Scope.SELF,
        r"require_secure_transport|SSL connection is required"
        r"|no pg_hba\.conf entry.{0,300}(?:no encryption|SSL off)"
        r"|server (?:requires|does not support) (?:SSL|TLS|encryption)|insecure transport are prohibited",
        "the database wants another TLS setting than it uses",
        "它使用的 TLS 设置与数据库的要求不符",
        ("db-tls-required", 0.85),
    ),
    rule(
        "db-database",
        Scope.SELF,
        r"unknown database|database \"[^\"]{1,63}\" does not exist|Cannot open database|ORA-12514",
        "the database it wants does not exist",
        "它要使用的数据库不存在",
        ("db-database-missing", 0.85),
    ),
    rule(
        "db-schema",
        Scope.SELF,
        r"relation \"[^\"]{1,128}\" does not exist|Table '[^']{1,128}' doesn't exist|no such table"
        r"|unknown column|column [^ ]{1,128} does not exist|Invalid object name|ORA-00942|Missing table"
        r"|schema-validation",
        "a table or column it wants does not exist",
        "它要使用的表或列不存在",
        ("db-schema-missing", 0.75),
    ),
)

TARGET_RULES: tuple[Rule, ...] = (
    rule(
        "name-resolution",
        Scope.TARGET,
        r"no such host|server misbehaving|SERVFAIL|name or service not known"
        r"|temporary failure in name resolution|ENOTFOUND|EAI_AGAIN|UnknownHostException"
        r"|could not resolve host|could not translate host name|nodename nor servname"
        r"|no address associated with hostname|unknown mysql server host|DNS resolution failed"
        r"|host not found in upstream|getaddrinfo failed|NXDOMAIN|Name does not resolve"
        r"|lookup .{1,253}i/o timeout|failed to resolve|resolve .{1,80}: failed|Unable to resolve host"
        r"|produced zero addresses",
        "the name of a server it calls does not resolve",
        "它调用的服务器域名无法解析",
        ("dns-resolution-failure", 0.6),
    ),
    rule(
        "connection-refused",
        Scope.TARGET,
        r"connection refused|ECONNREFUSED|actively refused"
        r"|Connect(?:ion)? (?:to [^ ]{1,200} )?failed: Connection|No connection could be made|Errno 111"
        r"|\(111\)|UnableToConnect on",
        "a server it calls refuses connections",
        "它调用的服务器拒绝连接",
        ("dependency-unreachable", 0.6),
    ),
    rule(
        "no-route",
        Scope.TARGET,
        r"no route to host|network is unreachable|EHOSTUNREACH|ENETUNREACH|NoRouteToHostException|Errno 113",
        "there is no route to a server it calls",
        "没有到它所调用服务器的路由",
        ("dependency-unreachable", 0.6),
        ("service-unreachable", 0.2),
    ),
    rule(
        "broker",
        Scope.TARGET,
        r"broker may not be available|NoBrokersAvailable|Failed to update metadata after"
        r"|brokers? (?:are|is) down|AMQPConnectionError|AmqpConnectException|AmqpTimeoutException"
        r"|nats: no servers available|LEADER_NOT_AVAILABLE|TopicAuthorization"
        r"|kafka: client has run out of available brokers",
        "it cannot reach its message broker",
        "它无法连接消息代理",
        ("broker-unreachable", 0.65),
    ),
    rule(
        "cache",
        Scope.TARGET,
        r"RedisConnectionException|RedisConnectionFailure|Could not connect to Redis"
        r"|Error connecting to Redis|Unable to connect to Redis|JedisConnectionException"
        r"|redis\.exceptions\.ConnectionError|not possible to connect to the redis"
        r"|memcached?.{0,80}(?:timed out|connection)",
        "it cannot reach its cache",
        "它无法连接缓存",
        ("cache-unreachable", 0.65),
    ),
    rule(
        "database",
        Scope.TARGET,
        r"Communications link failure|can't connect to (?:local )?mysql|could not connect to server"
        r"|SQLState: 08|SQLSTATE\[?(?:08|HY000\] \[200[23])|Socket fail to connect"
        r"|connection to server at .{1,253} failed"
        r"|CannotGetJdbcConnection|Connection is not available, request timed out|QueuePool limit"
        r"|Could not open JDBC|MongoServerSelectionError|ServerSelectionTimeoutError"
        r"|No suitable servers found|MongoTimeoutException|SQLNonTransientConnectionException"
        r"|SQLTransientConnectionException|pool.{0,40}(?:exhausted|timed out)"
        r"|Unable to acquire JDBC Connection|Cannot create PoolableConnectionFactory"
        r"|server closed the connection",
        "it cannot reach its database",
        "它无法连接数据库",
        ("db-unreachable", 0.65),
    ),
    rule(
        "database-start",
        Scope.TARGET,
        r"Unable to open JDBC Connection|Exception during pool initialization|spi\.JdbcEnvironment\]"
        r"|Unable to determine Dialect|Failed to initialize pool|Failed to obtain JDBC Connection",
        "it gets no connection to its database",
        "它无法获得数据库连接",
        ("db-unreachable", 0.5),
    ),
    rule(
        "upstream",
        Scope.TARGET,
        r"no healthy upstream|upstream connect error|no live upstreams|StatusCode\.UNAVAILABLE"
        r"|code = Unavailable|failed to connect to all addresses|503 Service (?:Temporarily )?Unavailable"
        r"|502 Bad Gateway|StatusRuntimeException: UNAVAILABLE|14 UNAVAILABLE|No instances available",
        "a service it calls is unavailable",
        "它调用的服务不可用",
        ("dependency-unreachable", 0.45),
    ),
    rule(
        "timeout",
        Scope.TARGET,
        r"i/o timeout|ETIMEDOUT|connect(?:ion)? timed out|ConnectTimeout|Read timed out"
        r"|SocketTimeoutException|deadline exceeded|DEADLINE_EXCEEDED|504 Gateway Time-?out"
        r"|upstream request timeout|ReadTimeout|request timed out|TimeoutException|ESOCKETTIMEDOUT"
        r"|Errno 110|operation timed out",
        "a service it calls answers too late",
        "它调用的服务响应过慢",
        ("dependency-timeout", 0.45),
    ),
)
