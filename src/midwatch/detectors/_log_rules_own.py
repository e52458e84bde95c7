"""Errors of a program itself: certificates, rights, configuration, files, memory, crashes."""

from __future__ import annotations

from midwatch.detectors._log_rule import Rule, Scope, rule

PRECISE_RULES: tuple[Rule, ...] = (
    rule(
        "certificate-expired",
        Scope.SELF,
        r"certificate has expired|CERT_HAS_EXPIRED|certificate expired|CertificateExpiredException"
        r"|NotAfter: |certificate is not yet valid|CertificateNotYetValid",
        "a certificate is outside its time of validity",
        "证书不在有效期内",
        ("certificate-expired", 0.8),
    ),
    rule(
        "tls-untrusted",
        Scope.SELF,
        r"signed by unknown authority|unable to get local issuer|self[- ]signed certificate"
        r"|PKIX path building failed|SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|certificate verify failed"
        r"|doesn't contain any IP SANs|certificate is (?:not )?valid for|bad certificate|unknown ca\b"
        r"|hostname .{1,253} doesn't match",
        "a certificate is not trusted",
        "证书不受信任",
        ("tls-untrusted", 0.75),
    ),
    rule(
        "rbac",
        Scope.SELF,
        r"is forbidden: User \"?system:serviceaccount:|forbidden: User \"?system:"
        r"|cannot (?:get|list|watch|create|update|patch|delete) resource \"",
        "the API server forbids it what it wants to do",
        "API 服务器禁止了它要执行的操作",
        ("rbac-denied", 0.85),
    ),
    rule(
        "address-in-use",
        Scope.SELF,
        r"address (?:is )?already in use|EADDRINUSE|port [0-9]{1,5} (?:was|is) already in use"
        r"|Address in use|only one usage of each socket address|bind\(\).{0,80}failed \(98"
        r"|port may already be in use|AddrInUse|AddressInUse|Connection in use: \(|os error 98\b"
        r"|Failed to bind to (?:address |server socket|port )(?!.{0,300}(?:denied|assign requested))"
        r"|No address added out of total|address already bound",
        "its port is already taken",
        "它要监听的端口已被占用",
        ("port-conflict", 0.85),
    ),
    rule(
        "configuration",
        Scope.SELF,
        r"in os\.environ KeyError: |(?<!call last\): )KeyError: '[A-Z][A-Z0-9]{1,40}_[A-Z0-9_]{1,80}'"
        r"|environment variable.{0,100}(?:not set|missing|required|not defined|empty|unset)"
        r"|missing (?:required )?(?:env|environment|config)"
        r"|required (?:environment|env|configuration|setting)"
        r"|(?:failed|unable|could not|cannot|error) (?:to )?"
        r"(?:pars|load|read|open|decod|unmarshal|validat)[a-z]{0,5} "
        r"(?:the )?(?:config|configuration|settings|properties)"
        r"|(?:invalid|bad) config|could not resolve placeholder|required key [A-Z_]{2,80} missing"
        r"|unknown (?:flag|option|shorthand|configuration)|flag provided but not"
        r"|unrecognized (?:arguments|option)|\[emerg\]|yaml: (?:line|unmarshal)"
        r"|config(?:uration)? (?:error|file .{1,200}not found)|Bad directive|FATAL CONFIG FILE ERROR"
        r"|undefined environment|must be (?:set|specified|provided)"
        r"|Failed to bind (?:properties|[A-Z][A-Z0-9_]{1,80}:)|NumberFormatException: For input string"
        r"|strconv\.(?:Atoi|Parse[A-Z][a-z]{1,8}): parsing|invalid literal for int\(\)|ERR_SOCKET_BAD_PORT",
        "it rejects its configuration",
        "它拒绝其配置",
        ("configuration-rejected", 0.75),
    ),
)

GENERAL_RULES: tuple[Rule, ...] = (
    rule(
        "read-only-files",
        Scope.FILES,
        r"read-only file ?system|EROFS|Errno 30",
        "it writes to a read-only file system",
        "它向只读文件系统写入",
        ("root-filesystem-read-only", 0.75),
    ),
    rule(
        "no-space",
        Scope.SPACE,
        r"no space left on device|ENOSPC|disk quota exceeded|There is not enough space on the disk",
        "a disk it writes to is full",
        "它写入的磁盘已满",
    ),
    rule(
        "permission",
        Scope.FILES,
        r"permission denied|EACCES|AccessDeniedException: /|Access to the path .{1,300} is denied|Errno 13"
        r"|operation not permitted|data directory \"[^\"]{1,300}\" has (?:wrong ownership|invalid permissions)",
        "it may not use a file",
        "它无权使用某个文件",
        ("volume-permission-denied", 0.6),
    ),
    rule(
        "command",
        Scope.CRASH,
        r"command not found|: not found$",
        "a command it runs does not exist",
        "它执行的命令不存在",
        ("command-not-found", 0.6),
    ),
    rule(
        "exec-format",
        Scope.CRASH,
        r"exec format error|cannot execute binary file",
        "its program is not for this platform (ENOEXEC)",
        "它的程序不适用于该平台（ENOEXEC）",
        ("image-architecture-mismatch", 0.6),
        ("command-not-executable", 0.55),
    ),
    rule(
        "memory",
        Scope.SELF,
        r"OutOfMemoryError|heap out of memory|bad_alloc|\bMemoryError\b|runtime: out of memory"
        r"|Cannot allocate memory|OOM command not allowed|GC overhead limit"
        r"|insufficient memory for the Java",
        "it runs out of memory",
        "它耗尽了内存",
        ("memory-saturated", 0.55),
        ("oom-killed", 0.4),
        ("application-crash", 0.3),
    ),
    rule(
        "segmentation-fault",
        Scope.CRASH,
        r"segmentation fault|SIGSEGV(?!: segmentation violation code)|core dumped",
        "it accesses memory it must not",
        "它访问了非法内存",
        ("segmentation-fault", 0.5),
        ("application-crash", 0.5),
    ),
    rule(
        "crash",
        Scope.CRASH,
        r"\bpanic: |invalid memory address or nil pointer|SIGSEGV: segmentation violation code|panicked at"
        r"|fatal error|Traceback \(most recent"
        r"|unhandled (?:exception|promise|rejection)|uncaught|Exception in thread \"main\""
        r"|terminate called after|Application run failed|\bFATAL\b|assertion failed|Cannot find module"
        r"|ModuleNotFoundError|ImportError|ClassNotFoundException|NoClassDefFoundError",
        "it ends with an error of its own",
        "它因自身错误退出",
        ("application-crash", 0.5),
    ),
)
