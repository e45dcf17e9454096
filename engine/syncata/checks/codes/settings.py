"""Codes of settings and connections."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN401",
        "Default or example does not fit",
        "The value breaks the setting's own rules.",
        "{type: integer, minimum: 1, default: 0}",
        "Correct the value or the rule.",
    ),
    Code(
        "SYN402",
        "Setting is not possible",
        "Its rules contradict each other or its type, or a secret has a default or is an identity.",
        "{type: string, secret: true, default: x}",
        "Follow the message.",
    ),
    Code(
        "SYN403",
        "Not a regular expression",
        "`pattern` cannot be read.",
        'pattern: "("',
        "Correct the pattern.",
    ),
    Code(
        "SYN404",
        "Defaults need each other",
        "A default can never be computed, because it needs its own value.",
        'a: "{$settings.b}", b: "{$settings.a}"',
        "Give one of them a plain value.",
    ),
    Code(
        "SYN405",
        "Credential is no secret",
        "A credential stands in the spec as text, or comes from a setting that is not secret: it "
        "would be in version control, in reports and in plans.",
        "auth: {type: bearer, token: abc123}",
        "Make a setting with `secret: true`; connections give it as a reference.",
    ),
    Code(
        "SYN410",
        "Connection's spec not found",
        "The connection names a spec that does not exist.",
        "spec: shpo-crm",
        "Write the name of a spec in `mappings`, a packaged one, or a path.",
    ),
    Code(
        "SYN411",
        "Unknown setting",
        "The spec does not declare the setting.",
        "settings: {organisation: x}",
        "Correct the name.",
    ),
    Code(
        "SYN412",
        "Setting is missing",
        "The spec needs a value that the connection does not give.",
        "settings: {}",
        "Add it.",
    ),
    Code(
        "SYN413",
        "Setting does not fit",
        "The value breaks a rule of the spec.",
        'group_id: "12"',
        "Follow the message.",
    ),
    Code(
        "SYN414",
        "Secret as plain text",
        "A secret must not stand in a file that is shared or committed.",
        "client_secret: abc123",
        "Write ${env:CLIENT_SECRET} or ${file:/run/secrets/client_secret}.",
    ),
    Code(
        "SYN415",
        "Not a reference",
        "`${…}` holds neither `env:NAME` nor `file:/path`.",
        "host: ${HOST}",
        "Write ${env:HOST}.",
    ),
    Code(
        "SYN416",
        "Reference leads nowhere",
        (
            "The variable is not set, or the file cannot be read. For a secret this ends the "
            "command with exit code 4."
        ),
        "host: ${env:HOST}  # HOST is not set",
        "Set the variable, or write the file.",
    ),
    Code(
        "SYN417",
        "Default cannot be computed",
        "The spec's default does not work with this connection's values.",
        'default: "{$settings.organization}.example.com"',
        "Give the setting a value in the connection.",
    ),
    Code(
        "SYN418",
        "No certificate file",
        "`ca_file` names no file.",
        "ca_file: ca.pem",
        "Correct the path.",
    ),
    Code(
        "SYN419",
        "Address without encryption",
        "Credentials and data would go over the network in the clear.",
        "target_url: http://api.example.com",
        "Write https://; plain http:// is for simulators on the same machine.",
    ),
)
