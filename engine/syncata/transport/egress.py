"""Where requests may go: URLs are checked against the allowed origins, addresses against a list."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlencode, urljoin

import httpx

from syncata.errors import RecordRejected, SpecFailed, Unavailable
from syncata.transport.auth import Pairs

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def parse(url: str) -> httpx.URL:
    """Read an absolute URL without its fragment; ValueError for all but plain http(s)."""
    if not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("it has blanks, backslashes or control characters")
    try:
        parsed = httpx.URL(url.partition("#")[0])
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(str(error)) from error
    host = parsed.host.rstrip(".")
    if parsed.scheme not in _PORTS or not host:
        raise ValueError("it is no http(s) URL with a host")
    if parsed.userinfo:
        raise ValueError("it holds a user name or password")
    if parsed.port is not None and parsed.port > 65535:
        raise ValueError("its port is out of range")
    # httpx drops the port that goes without saying only behind a scheme in small letters.
    port = None if parsed.port == _PORTS[parsed.scheme] else parsed.port
    if (host, port) == (parsed.host, parsed.port):
        return parsed
    return parsed.copy_with(host=host, port=port)


def origin(url: httpx.URL) -> str:
    """Scheme, host and port of a URL, without the port that goes without saying."""
    return f"{url.scheme}://{url.netloc.decode()}"


def path(url: httpx.URL) -> str:
    """The path of a URL as it is sent, without the query, which may hold personal data."""
    return url.raw_path.partition(b"?")[0].decode()


class Egress:
    """The URLs that the requests of one side may go to."""

    def __init__(self, name: str, base_url: str, origins: tuple[str, ...]) -> None:
        """Check the base URL and the further origins; SpecFailed where one cannot be used."""
        self._name = name
        base = _configured(name, base_url)
        self.home = origin(base)
        self._base = str(base).partition("?")[0].rstrip("/")
        self._allowed = {self.home, *(origin(_configured(name, each)) for each in origins)}

    def url(self, reference: str, params: Pairs = ()) -> httpx.URL:
        """Return an absolute URL, or a path continued from the base URL, once it is checked.

        `params` are added behind its own.
        """
        start, mark, query = reference.partition("#")[0].partition("?")
        if not _ABSOLUTE.match(start):
            if _DOTS.search(start):
                raise RecordRejected("SYN610", f"the path {start!r} has a segment of dots only")
            start = f"{self._base}/{start.lstrip('/')}"
        if params:
            mark, query = "?", "&".join(filter(None, (query, urlencode(params))))
        return self._checked(start + mark + query, reference)

    def follow(self, reference: str, current: str) -> httpx.URL:
        """Return what an answer refers to (a next page, a job), once it is checked."""
        try:
            joined = urljoin(current, reference)
        except ValueError:
            joined = reference
        return self._checked(joined, reference)

    def advice(self, location: str, current: str) -> str:
        """Say what to do about a redirect, which is never followed: it could take secrets along."""
        try:
            place = origin(parse(urljoin(current, location)))
        except ValueError:
            return "it redirects to something that is no usable URL"
        if place == self.home:
            return f"it redirects to another path of {place}; use that path in the spec"
        return f"it redirects to {place}; use that in base_url if it is the API"

    def _checked(self, url: str, shown: str) -> httpx.URL:
        try:
            parsed = parse(url)
        except ValueError as error:
            raise Unavailable(f"{self._name}: cannot go to {shown[:200]!r}: {error}") from error
        if origin(parsed) not in self._allowed:
            there = f"{path(parsed)[:100]} points to {origin(parsed)}"
            raise Unavailable(
                f"{self._name}: {there}, outside {self.home}",
                hint="requests go only to the origin of base_url",
            )
        return parsed


def _configured(name: str, url: str) -> httpx.URL:
    try:
        parsed = parse(url)
    except ValueError as error:
        raise SpecFailed(f"{name}: {_origin_text(url)} cannot be used: {error}") from error
    host = parsed.host
    if parsed.scheme == "http" and not is_loopback(host):
        raise SpecFailed(
            f"{name}: {origin(parsed)} would send credentials and data in the clear",
            hint="use https://; plain http:// is for 127.0.0.1 and localhost",
        )
    if _literal(host) and (why := objection(host, host, allow_private=True)):
        raise SpecFailed(f"{name}: {why}")
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
