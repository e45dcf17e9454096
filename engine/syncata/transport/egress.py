"""Where requests may go: URLs are checked against the allowed origins, addresses against a list."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from syncata.errors import RecordRejected, Unavailable, UsageError

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
# What may stand in a path and a query as it is; "%" because both come percent-encoded.
_SAFE = "/:@!$&'()*+,;=~-._%?[]"
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL, taken apart: `target` is path and query, percent-encoded."""

    origin: Origin
    target: str

    @property
    def path(self) -> str:
        """The path without the query, which may hold personal data."""
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"

    def with_params(self, params: tuple[tuple[str, str], ...]) -> "Url":
        """Return the URL with parameters added behind its own."""
        if not params:
            return self
        joint = "&" if "?" in self.target else "?"
        return Url(self.origin, f"{self.target}{joint}{urlencode(params)}")

    def with_secret(self, params: tuple[tuple[str, str], ...]) -> "Url":
        """Return the URL with parameters in place of its own of the same name."""
        names = {name for name, _ in params}
        query = parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        kept = tuple(pair for pair in query if pair[0] not in names)
        return Url(self.origin, self.path).with_params(kept + params)


def parse(url: str) -> Url:
    """Take an absolute URL apart; raises ValueError for anything but plain http(s)."""
    if not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("it has blanks, backslashes or control characters")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("it is no http(s) URL with a host")
    if "@" in parts.netloc:
        raise ValueError("it holds a user name or password")
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE)
    port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    return Url(Origin(parts.scheme, host.rstrip("."), port), target)


class Egress:
    """The URLs that the requests of one side may go to."""

    def __init__(self, name: str, base_url: str, origins: tuple[str, ...]) -> None:
        """Check the base URL and the further origins; UsageError where one cannot be used."""
        self._name = name
        base = _configured(name, base_url)
        self.home = base.origin
        self._base = str(base).partition("?")[0].rstrip("/")
        self._allowed = {self.home, *(_configured(name, each).origin for each in origins)}

    def url(self, reference: str) -> Url:
        """Return an absolute URL, or a path continued from the base URL, once it is checked."""
        if _ABSOLUTE.match(reference):
            return self._checked(reference, reference)
        path = reference.partition("?")[0]
        if _DOTS.search(path):
            raise RecordRejected("path", f"the path {path!r} has a segment of dots only")
        return self._checked(f"{self._base}/{reference.lstrip('/')}", reference)

    def follow(self, reference: str, current: str) -> Url:
        """Return what an answer refers to (a next page, a job), once it is checked."""
        try:
            joined = urljoin(current, reference)
        except ValueError:
            joined = reference
        return self._checked(joined, reference)

    def advice(self, location: str, current: str) -> str:
        """Say what to do about a redirect, which is never followed: it could take secrets along."""
        try:
            origin = parse(urljoin(current, location)).origin
        except ValueError:
            return "it redirects to something that is no usable URL"
        if origin == self.home:
            return f"it redirects to another path of {origin}; use that path in the spec"
        return f"it redirects to {origin}; use that in base_url if it is the API"

    def _checked(self, url: str, shown: str) -> Url:
        try:
            parsed = parse(url)
        except ValueError as error:
            raise Unavailable(f"{self._name}: cannot go to {shown[:200]!r}: {error}") from error
        if parsed.origin not in self._allowed:
            raise Unavailable(
                f"{self._name}: {parsed.path[:100]} points to {parsed.origin}, outside {self.home}",
                hint="requests go only to the origin of base_url",
            )
        return parsed


def _configured(name: str, url: str) -> Url:
    try:
        parsed = parse(url)
    except ValueError as error:
        raise UsageError(f"{name}: {_origin_text(url)} cannot be used: {error}") from error
    if parsed.origin.scheme == "http" and not is_loopback(parsed.origin.host):
        raise UsageError(
            f"{name}: {parsed.origin} would send credentials and data in the clear",
            hint="use https://; plain http:// is for 127.0.0.1 and localhost",
        )
    host = parsed.origin.host
    if _literal(host) and (why := objection(host, host, allow_private=True)):
        raise UsageError(f"{name}: {why}")
    return parsed


def _origin_text(url: str) -> str:
    """What of an unusable URL may be shown: a password may stand before its `@`."""
    return repr(url.rpartition("@")[2].partition("?")[0][:100])


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name, before any look-up."""
    address = _literal(host)
    return host == "localhost" if address is None else address.is_loopback


def objection(address: str, host: str, *, allow_private: bool) -> str:
    """Say why a connection to `address`, which `host` stands for, must not be made; "" if it may.

    A loopback or private address is fine where the URL itself names it, or where it is allowed.
    Link-local addresses never are: cloud machines hand out their credentials there.
    """
    inner = _innermost(ip_address(address.partition("%")[0]))
    if inner.is_link_local or inner.is_multicast or inner.is_unspecified:
        return f"{host} is {inner}, an address that is never connected to"
    if host == "localhost" and not inner.is_loopback:
        return f"localhost is {inner}, which is another machine"
    if inner.is_global or allow_private:
        return ""
    literal = _literal(host)
    if inner.is_loopback and is_loopback(host):
        return ""
    if literal is not None and literal.is_private and not literal.is_loopback:
        return ""
    return f"{host} is {inner}, which is not a public address"


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
