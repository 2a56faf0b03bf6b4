"""Why Temporal cannot be reached, in plain words and with what to do; its SDK prints Rust's own."""

import re
from dataclasses import dataclass

from workflows.client import DEFAULT_ADDRESS, temporal_address

HERE = "here or in .env"
CA = "TEMPORAL_TLS_SERVER_CA_CERT_PATH"
CERTIFICATE = "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH"
TO_BE_MENDED = {
    r"invalid target URL|InvalidUri": "TEMPORAL_ADDRESS is {address!r}, which is no address; write "
    f"host:port, such as {DEFAULT_ADDRESS}, {HERE}",
    r"InvalidContentType": "{address} does not speak TLS; unset TEMPORAL_TLS and TEMPORAL_API_KEY, "
    "each of which asks for it, or correct TEMPORAL_ADDRESS",
    r"InvalidCertificate|invalid peer certificate": "the certificate of {address} is not trusted; "
    f"set {CA} to the authority that signed it, or TEMPORAL_TLS_SERVER_NAME to the name in it",
    r"AlertReceived": f"{{address}} does not take our certificate; correct {CERTIFICATE}",
    r"KeyParseError|CertificateParseError|Must have both client cert": "our certificate cannot be "
    f"used; set both {CERTIFICATE}, each to a PEM file",
    r"code: Unauthenticated": "{address} refuses TEMPORAL_API_KEY or our certificate; set one that "
    "is valid there",
    r"code: PermissionDenied": "{address} does not let us in; check what TEMPORAL_API_KEY or our "
    "certificate may do, and TEMPORAL_NAMESPACE",
    r"Profile '.*' not found": "Temporal's configuration file has no such profile; correct "
    "TEMPORAL_PROFILE, or unset it",
    r"TOML parse error(?: at line (?P<line>\d+))?": "Temporal's configuration file cannot be read "
    "(line {line}); correct it, or set TEMPORAL_CONFIG_FILE to another",
}
"""What only a person can change, by what the SDK says. `{address}` is where we looked for it."""
PASSING = {
    r"ConnectionRefused": "nothing answers at {address}; start Temporal (`make dev` starts one), "
    f"or correct TEMPORAL_ADDRESS, {HERE}",
    r"dns error": f"there is no host {{host!r}}; correct TEMPORAL_ADDRESS, {HERE}",
    r"h2 protocol error|grpc-status header missing|transport error|BrokenPipe": "what answers at "
    "{address} is not Temporal, or wants TLS; correct TEMPORAL_ADDRESS, or set TEMPORAL_TLS=true",
    r"Failed client connect": "{address} does not answer as Temporal does; see whether it is "
    f"starting, or correct TEMPORAL_ADDRESS, {HERE}",
}
"""What may pass by itself, and what to do if it stays."""
UNKNOWN = (
    "its settings cannot be used; check TEMPORAL_ADDRESS and the other TEMPORAL_… variables, "
    f"{HERE}"
)


@dataclass(frozen=True, slots=True)
class TemporalFault:
    """One reason. The text says what is wrong and what to do next, without a full stop."""

    text: str
    passes: bool
    """Whether it may pass by itself, so that a program that starts waits for it."""


def temporal_fault(error: Exception, address: str | None = None) -> TemporalFault:
    """Why a connection could not be made, from what the SDK raised.

    Args:
        error: a `RuntimeError`, `ValueError`, `OSError` or `TimeoutError` of `client.connect`.
        address: where Temporal was looked for; by default what the environment says.
    """
    address = address or temporal_address()
    if isinstance(error, TimeoutError):
        return TemporalFault(
            f"{address} does not answer; check TEMPORAL_ADDRESS, {HERE}, and that no firewall is "
            "in the way",
            passes=True,
        )
    if isinstance(error, OSError) and error.filename:
        return TemporalFault(
            f"{error.filename} cannot be read ({error.strerror}); correct the TEMPORAL_… variable "
            "that names it",
            passes=False,
        )
    return _in_words(str(error), address)


def _in_words(told: str, address: str) -> TemporalFault:
    for faults, passes in ((TO_BE_MENDED, False), (PASSING, True)):
        for pattern, text in faults.items():
            if found := re.search(pattern, told):
                host, colon, _ = address.rpartition(":")
                line = found.groupdict().get("line") or "unknown"
                words = text.format(address=address, host=host or address, line=line)
                port = "" if colon or not passes else " (it has no port; write host:port)"
                return TemporalFault(words + port, passes)
    return TemporalFault(UNKNOWN, passes=False)


def no_namespace(name: str) -> str:
    """That Temporal has no such namespace, and what to do."""
    return (
        f"Temporal has no namespace {name!r}; create it (`temporal operator namespace create -n "
        "NAME`), or set TEMPORAL_NAMESPACE to one that there is"
    )
