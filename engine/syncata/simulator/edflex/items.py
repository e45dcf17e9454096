"""Item number i of the catalogue, made from the seed and i alone: nothing is stored.

Fields named in the contract's section 3 are what real clients read. `status`, `syllabus`,
`platform`, `categories` and `authors` are OUR assumption: no public source shows their names.
"""

from hashlib import blake2b
from typing import Any

import orjson

from syncata.simulator.edflex import texts

Record = dict[str, Any]

SYNCHRONIZED = frozenset({"mooc", "video", "podcast", "article"})
LIVE = frozenset({"opened", "open all year", "coming soon"})

PORTAL = "https://demo.edflex.com"
CDN = "https://cdn.edflex.com/media"

# Ids hold the item's number, scrambled by an odd factor that has an inverse modulo 2^48.
_SPACE = 1 << 48
_FACTOR = 0x9E3779B97F4B
_OFFSET = 360_360
_INVERSE = pow(_FACTOR, -1, _SPACE)


def digest(seed: int, index: int) -> bytes:
    """Return the 64 bytes that decide everything about an item."""
    return blake2b(b"%d:%d" % (seed, index)).digest()


def ident(index: int, luck: bytes) -> str:
    """Return the id of an item: a UUID."""
    head = f"{(index + _OFFSET) * _FACTOR % _SPACE:012x}"
    tail = luck[54:64].hex()
    return f"{head[:8]}-{head[8:]}-4{tail[:3]}-a{tail[3:6]}-{tail[6:18]}"


def index_of(item_id: str) -> int | None:
    """Return the number an id was made from; the caller checks that it is that item's id."""
    try:
        number = int(item_id[:8] + item_id[9:13], 16) * _INVERSE % _SPACE
        return (number - _OFFSET) % _SPACE
    except ValueError:
        return None


def item(seed: int, index: int, *, poor: bool = False, size: int = 0) -> Record:
    """Return an item; a `poor` one lacks a title, a URL or every image."""
    luck = digest(seed, index)
    item_id = ident(index, luck)
    record: Record = {"id": item_id, "type": "activities", "attributes": _attributes(item_id, luck)}
    if luck[40] < 64:
        record["links"] = {"downloadScormZip": f"{PORTAL}/connect/v1/scorm/{item_id}.zip"}
    if poor:
        _impoverish(record["attributes"], luck[41] % 3)
    if size:
        _pad(record, size)
    return record


def plain_item(item_id: str) -> Record:
    """Return an item without any oddity: what one added by hand is completed from."""
    return {
        "id": item_id,
        "type": "activities",
        "attributes": {
            "title": "A new video",
            "type": "video",
            "url": f"{PORTAL}/en/video/{item_id}/",
            "language": "en",
            "difficulty": "introductive",
            "duration": "PT10M",
            "description": "<p>New in the catalogue.</p>",
            "author": {"fullName": "John Doe"},
            "creator": {"name": "Edflex"},
            "image": {"bigUrl": f"{CDN}/new/{item_id}.png"},
            "status": "opened",
            "syllabus": None,
            "platform": {"name": "YouTube"},
            "categories": [category(0)],
            "authors": [{"fullName": "John Doe"}],
        },
    }


def is_synchronized(record: Record) -> bool:
    """Whether an item is of a type that the target gets."""
    return record["attributes"].get("type") in SYNCHRONIZED


def is_live(record: Record) -> bool:
    """Whether an item is open to learners, or soon will be."""
    return str(record["attributes"].get("status")).casefold() in LIVE


def is_complete(record: Record) -> bool:
    """Whether an item has all that the target requires: a title, a URL and an image."""
    attributes = record["attributes"]
    title, image = str(attributes.get("title") or ""), attributes.get("image") or {}
    sizes = ("bigUrl", "mediumUrl", "smallUrl")
    return bool(title.strip() and attributes.get("url") and any(map(image.get, sizes)))


def category(place: int) -> Record:
    """Return a category as an item lists it."""
    return {"id": category_id(place), "name": texts.CATEGORIES[place][0]}


def category_id(place: int, level: int = 1) -> str:
    """Return the id of a category: fixed, whatever the seed."""
    return f"ca7e9041-0000-4000-a000-{level:04d}{place:08d}"


def _attributes(item_id: str, luck: bytes) -> Record:
    language = texts.LANGUAGES[luck[0]]
    words = language if language in texts.TITLES else ("fr" if language == "FR" else "en")
    kind = texts.TYPES[luck[1]]
    creator = texts.PROVIDERS[luck[2] % len(texts.PROVIDERS)]
    authors = _authors(luck)
    return {
        "title": _title(words or "en", luck),
        "type": kind,
        "url": f"{PORTAL}/{words}/{kind}/{item_id}/",
        "language": language,
        "difficulty": texts.DIFFICULTIES[luck[3]],
        "duration": texts.DURATIONS[luck[4]],
        "description": _description(words or "en", luck),
        "author": authors[0] if authors else None,
        "creator": {"name": creator} if luck[5] < 240 else None,
        "image": _image(luck),
        "status": texts.STATUSES[luck[6]],
        "syllabus": _syllabus(luck),
        # The platform is often the creator again: a target must not list it twice.
        "platform": {"name": creator if luck[7] < 100 else texts.PROVIDERS[luck[7] % 12]},
        "categories": _categories(luck),
        "authors": authors,
    }


def _title(words: str, luck: bytes) -> str:
    titles, topics = texts.TITLES[words], texts.TOPICS[words]
    title = titles[luck[8] % len(titles)] % topics[luck[9] % len(topics)]
    return f"{title} {luck[10]}" if luck[11] < 128 else title


def _description(words: str, luck: bytes) -> str | None:
    if luck[12] < 6:
        return ("", None, "  ", "Plain text, no markup.\nSecond line.", None, "<p> </p>")[luck[12]]
    sentences = texts.SENTENCES[words]
    many = 3 + luck[13] % 5
    said = [sentences[luck[14 + turn] % len(sentences)] for turn in range(many)]
    return f"<p>{' '.join(said[:2])}</p><p>{' '.join(said[2:])}</p>" + texts.ENDINGS[luck[22]]


def _syllabus(luck: bytes) -> str | None:
    if luck[23] < 150:
        return None
    weeks = [f"<li><strong>Week {week}</strong> &ndash; step {luck[24]}</li>" for week in (1, 2, 3)]
    return f"<h3>Syllabus</h3><ul>{''.join(weeks)}</ul>"


def _image(luck: bytes) -> Record:
    path = f"{CDN}/uploads/mooc/logo/{luck[25:35].hex()}"
    image: Record = {"smallUrl": f"{path}.png?width=180&height=100"}
    if luck[35] >= 8:
        image["mediumUrl"] = f"{path}.png?width=360&height=200"
    if luck[35] >= 24:
        image["bigUrl"] = f"{path}.jpg"
    elif luck[35] >= 16:
        image["bigUrl"] = None
    return image


def _authors(luck: bytes) -> list[Record]:
    names = texts.AUTHORS
    return [{"fullName": names[luck[36 + turn] % len(names)]} for turn in range(luck[36] % 4)]


def _categories(luck: bytes) -> list[Record]:
    places = {luck[42 + turn] % len(texts.CATEGORIES) for turn in range(luck[45] % 4)}
    chosen = [category(place) for place in sorted(places)]
    if luck[46] == 0:
        chosen.append({"id": category_id(99), "name": None})
    return chosen


def _impoverish(attributes: Record, lack: int) -> None:
    if lack == 0:
        attributes["image"] = {}
    elif lack == 1:
        attributes["title"] = None
    else:
        attributes["url"] = ""


def _pad(record: Record, size: int) -> None:
    missing = size - len(orjson.dumps(record))
    if missing > 0:
        said = record["attributes"]["description"] or ""
        filler = "<p>" + "More to read here. " * (missing // 19)
        record["attributes"]["description"] = f"{said}{filler}</p>"
