"""Every function an expression can call, for checks, did-you-mean and the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many arguments it takes (`most` None: any number), what it does.

    `own` tells ours from JSONata's.
    """

    name: str
    least: int
    most: int | None
    doc: str
    example: str
    own: bool = False


BUILT_IN = """
sum|1|1|The sum of numbers|$sum(prices)
count|1|1|How many items an array has|$count(tags)
max|1|1|The largest number|$max(scores)
min|1|1|The smallest number|$min(scores)
average|1|1|The mean of numbers|$average(scores)
string|0|2|A value as text, JSON for what is no text|$string(42)
substring|1|3|Part of a text from a start, of a length|$substring(title, 0, 255)
substringBefore|1|2|The text before the first occurrence|$substringBefore(email, "@")
substringAfter|1|2|The text after the first occurrence|$substringAfter(email, "@")
lowercase|0|1|The text in lower case|$lowercase(email)
uppercase|0|1|The text in upper case|$uppercase(country)
length|0|1|The number of characters|$length(title)
trim|0|1|The text without white space at its ends, single spaces inside|$trim(name)
pad|1|3|The text filled up to a width, on the left if negative|$pad(code, -6, "0")
match|1|3|The matches of a regular expression|$match(url, /id=(\\d+)/).groups[0]
contains|1|2|Whether a text contains a text or matches|$contains(title, "SQL")
replace|2|4|The text with occurrences replaced|$replace(name, /\\s+/, " ")
split|1|3|The pieces of a text between separators|$split(keywords, ",")
join|1|2|Texts as one, with a separator|$join(tags, ", ")
formatNumber|1|3|A number as a picture says|$formatNumber(price, "0.00")
formatBase|1|2|A number in another base|$formatBase(id, 16)
formatInteger|1|2|An integer as a picture says|$formatInteger(year, "I")
parseInteger|1|2|An integer read as a picture says|$parseInteger("1,234", "#,##0")
number|0|1|A text or boolean as a number|$number("12.5")
floor|0|1|The number rounded down|$floor(2.7)
ceil|0|1|The number rounded up|$ceil(2.1)
round|0|2|The number rounded, half to even|$round(duration / 60)
abs|0|1|The number without its sign|$abs(delta)
sqrt|0|1|The square root|$sqrt(9)
power|1|2|A number raised to a power|$power(2, 10)
random|0|0|A random number from 0 to 1|$random()
boolean|0|1|Whether a value counts as true|$boolean(tags)
not|0|1|Whether a value counts as false|$not(archived)
map|2|2|A function applied to each item|$map(tags, $uppercase)
zip|1|*|Arrays combined item by item|$zip(ids, names)
filter|2|2|The items for which a function yields true|$filter(items, function($i){$i.active})
single|1|2|The one item for which a function yields true|$single(items, function($i){$i.main})
reduce|2|3|Items folded into one value|$reduce(prices, function($a, $b){$a + $b})
sift|1|2|The members for which a function yields true|$sift(image, function($v){$v != ""})
keys|0|1|The names of an object's members|$keys(image)
lookup|1|2|The member of an object with a name|$lookup({"1": "beginner"}, level)
append|2|2|Two arrays as one|$append(tags, topics)
exists|1|1|Whether a value is there|$exists(image)
spread|0|1|An object as an array of one-member objects|$spread(labels)
merge|1|1|Objects as one|$merge([attributes, {"id": id}])
reverse|1|1|The items in reverse order|$reverse(tags)
each|1|2|A function applied to each member of an object|$each(labels, function($v, $k){$k & $v})
error|0|1|Stops with a message|$error("no title")
assert|1|2|Stops with a message unless a condition holds|$assert(id != "", "no id")
type|1|1|The type of a value as text|$type(price)
sort|1|2|The items in order|$sort(tags)
shuffle|1|1|The items in random order|$shuffle(tags)
distinct|1|1|The items without duplicates|$distinct(tags)
base64encode|0|1|The text in base64|$base64encode(token)
base64decode|0|1|The text that base64 stands for|$base64decode(content)
encodeUrlComponent|0|1|The text as part of a URL|$encodeUrlComponent(id)
encodeUrl|0|1|The text as a URL|$encodeUrl(url)
decodeUrlComponent|0|1|The text that a part of a URL stands for|$decodeUrlComponent(slug)
decodeUrl|0|1|The text that a URL stands for|$decodeUrl(url)
toMillis|1|2|A date and time as milliseconds since 1970|$toMillis(updated_at)
fromMillis|1|3|Milliseconds since 1970 as a date and time|$fromMillis(epoch * 1000)
clone|0|1|A copy of a value|$clone(attributes)
now|0|2|The instant the run started|$now()
millis|0|0|The instant the run started, in milliseconds|$millis()
"""

OWN = """
duration|2|2|An ISO 8601 duration, or seconds, as a number of a unit|$duration("PT1H30M", "minutes")
language|2|2|The language of a list nearest to a tag|$language("fr-CA", ["en", "fr"])
text|1|1|HTML as readable text|$text("<p>Hello</p>")
html|1|1|HTML with harmless tags only|$html(description)
link|2|2|The URL of a relation in a Link header|$link($headers.link, "next")
unmapped|2|2|Counts a value that no mapping knows; yields nothing|$unmapped("level", level)
ref|1|2|The id the target gave to a record of another sync|$ref("courses", course_id)
has|1|2|Whether the target holds a record of another sync|$has("courses", course_id)
find|2|2|The thing of the target that a look-up by keys knows under a key|$find("learner", email).id
rank|0|0|The place of the record among those whose keys differ in the last part only|$rank() = 1
"""


def _functions() -> dict[str, Function]:
    made = {}
    for table, own in ((BUILT_IN, False), (OWN, True)):
        for line in table.strip().splitlines():
            name, least, most, doc, example = line.split("|", 4)
            upper = None if most == "*" else int(most)
            made[name] = Function(name, int(least), upper, doc, example, own)
    return made


FUNCTIONS: Mapping[str, Function] = MappingProxyType(_functions())
"""All functions by name. `$eval` is refused and not among them."""

# Functions whose result is (part of) their arguments, and those that take a function.
PASSING = frozenset(
    {"append", "reverse", "distinct", "shuffle", "sort", "filter", "single", "merge", "spread",
     "zip", "clone", "reduce", "sift"}
)  # fmt: skip
FUNCTION_TAKERS = frozenset({"map", "filter", "single", "each", "sift", "sort", "reduce"})
