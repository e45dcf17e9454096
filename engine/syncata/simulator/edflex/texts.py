"""Words the simulated catalogue is made of, and how often each value occurs.

A wheel has 256 places; one byte of an item's digest picks one, so shares are in 1/256.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def wheel(*shares: tuple[T, int]) -> tuple[T, ...]:
    """Return 256 places; the first value also takes what the shares leave over."""
    places = [value for value, share in shares for _ in range(share)]
    return tuple([shares[0][0]] * (256 - len(places)) + places)


TYPES = wheel(
    ("mooc", 70), ("video", 70), ("article", 48), ("podcast", 32),
    ("program", 6), ("role-play", 6), ("interactive", 6), ("top-voice", 6), ("assessment", 6),
    ("book", 3), ("certificate", 2), ("escape-game", 1),
)  # fmt: skip

# `status` is our assumption: no public source names its values.
STATUSES = wheel(
    ("opened", 130), ("open all year", 68), ("coming soon", 22), ("closed", 16), ("archived", 6),
    ("Opened", 6), ("Open all year", 4), ("suspended", 2), ("draft", 2),
)  # fmt: skip

LANGUAGES: tuple[str | None, ...] = wheel(
    ("fr", 80), ("en", 80), ("de", 22), ("es", 18), ("it", 10), ("nl", 8), ("pt", 5),
    ("pt_BR", 5), ("zh", 5), ("us", 5), ("ar", 4), ("he", 3), ("ja", 3), ("pl", 2),
    ("en-GB", 1), ("FR", 1), ("fa", 1), (None, 3),
)  # fmt: skip

DIFFICULTIES: tuple[object, ...] = wheel(
    ("introductive", 80), ("intermediate", 60), ("advanced", 36),
    ("1", 14), ("2", 10), ("3", 6), (1, 8), (2, 6), (3, 4),
    ("beginner", 4), ("expert", 2), (None, 26),
)  # fmt: skip

DURATIONS: tuple[object, ...] = wheel(
    ("PT5M", 50), ("PT45M", 40), ("PT1H30M20S", 34), ("PT2H", 30), ("PT12H", 20), ("P1DT6H", 10),
    ("P19DT4H", 8), ("PT90S", 14), ("PT0.5H", 4), ("P2W", 6), ("P1M", 2), ("PT0S", 2),
    ("", 12), (None, 16), (3600, 5), ("1800", 3),
)  # fmt: skip

PROVIDERS = (
    "OpenClassrooms", "Coursera", "edX", "FUN MOOC", "TED", "Harvard Business Review",
    "YouTube", "Cegos", "The Open University", "Simplilearn", "Edflex", "My Mooc",
)  # fmt: skip

AUTHORS = (
    "Claire Lefèvre", "John Doe", "María José Núñez", "Łukasz Wójcik", "山田 太郎",
    "نور الحسن", "Anne-Sophie O’Neill", "Dr. Jürgen Groß", "Ada Okafor", "דנה לוי",
)  # fmt: skip

CATEGORIES: Sequence[tuple[str, str]] = (
    ("Management", "Management"), ("Communication", "Communication"),
    ("Well-being", "Bien-être"), ("Data & AI", "Data & IA"), ("Relationships", "Relations"),
    ("Sales", "Vente"), ("Law", "Droit"), ("Languages", "Langues"), ("Finance", "Finance"),
    ("Project management", "Gestion de projet"), ("Cybersecurity", "Cybersécurité"),
    ("Diversity & inclusion", "Diversité & inclusion"),
)  # fmt: skip

TITLES: Mapping[str, Sequence[str]] = {
    "en": ("Make a great first impression with %s", "%s: the essentials", "Master %s in practice",
           "Introduction to %s 🚀", "  %s for managers ", "What nobody tells you about “%s”"),
    "fr": ("Réussir avec %s", "%s : l’essentiel", "Maîtriser %s au quotidien",
           "Découvrir %s 🎯", " %s pour les managers  ", "Les clés de l’efficacité : « %s »"),
    "de": ("Grundlagen: %s", "%s für Führungskräfte", "Erfolgreich mit %s"),
    "es": ("Introducción a %s", "Domina %s", "¿Cómo mejorar en %s?"),
    "ar": ("مقدمة في %s", "أساسيات %s"),
    "he": ("מבוא ל%s", "יסודות %s"),
    "ja": ("%s入門", "実践%s"),
    "zh": ("%s基础", "掌握%s"),
}  # fmt: skip

TOPICS: Mapping[str, Sequence[str]] = {
    "en": ("public speaking", "Excel", "time management", "R&D", "Python",
           "feedback", "C++", "negotiation"),
    "fr": ("la prise de parole", "Excel", "la gestion du temps",
           "la R&D", "Python", "le feedback", "la négociation"),
    "de": ("Zeitmanagement", "Excel", "Verhandlung", "Führung & Kommunikation"),
    "es": ("la gestión del tiempo", "Excel", "la negociación", "el liderazgo"),
    "ar": ("إدارة الوقت", "التفاوض", "القيادة"),
    "he": ("ניהול זמן", "משא ומתן", "מנהיגות"),
    "ja": ("時間管理", "交渉術", "リーダーシップ"),
    "zh": ("时间管理", "谈判", "领导力"),
}  # fmt: skip

SENTENCES: Mapping[str, Sequence[str]] = {
    "en": ("Learn at your own pace with experts who practise what they teach.",
           "Each chapter ends with an exercise you can use at work the same day.",
           "You need no prior knowledge &mdash; only curiosity &amp; an hour a week."),
    "fr": ("Apprenez à votre rythme avec des experts qui pratiquent ce qu’ils enseignent.",
           "Chaque chapitre se termine par un exercice utilisable le jour même.",
           "Aucun prérequis&nbsp;: il suffit d’être curieux &eacute;t motivé &amp; disponible."),
    "de": ("Lernen Sie im eigenen Tempo mit Fachleuten aus der Praxis.",
           "Jedes Kapitel endet mit einer &Uuml;bung f&uuml;r den Arbeitsalltag."),
    "es": ("Aprende a tu ritmo con expertos que practican lo que ense&ntilde;an.",
           "Cada cap&iacute;tulo termina con un ejercicio práctico."),
    "ar": ("تعلم وفق سرعتك مع خبراء من الميدان.", "ينتهي كل فصل بتمرين عملي."),
    "he": ("למדו בקצב שלכם עם מומחים.", "כל פרק מסתיים בתרגיל מעשי."),
    "ja": ("専門家と一緒に自分のペースで学べます。", "各章の最後に実践的な演習があります。"),
    "zh": ("跟随专家，按自己的节奏学习。", "每章结尾都有实用练习。"),
}  # fmt: skip

# What follows the paragraphs of a description; scripts and the like are there to be sanitized.
ENDINGS = wheel(
    ("", 120),
    ("<ul><li>Watch</li><li>Practise &lt;daily&gt;</li><li>Share&nbsp;✨</li></ul>", 60),
    ("<ol><li>One</li><li>Two<ul><li>nested</li></ul></li></ol>", 20),
    ("<script>alert('edflex')</script>", 12),
    ('<p onclick="steal()" style="color:red">Click <a href="javascript:alert(1)">here</a></p>', 12),
    ('<p>See <a href="https://www.edflex.com/?a=1&amp;b=2">the page</a>.<br/>Bye</p>', 20),
    ('<img src="https://e.test/x.png" onerror="alert(1)"><iframe src="//e.test"></iframe>', 4),
    ("<style>p{display:none}</style><p>Unclosed <b>bold", 4),
    ("<!-- internal note --><p>مرحبا \u200fRTL\u200f &#128512; &euro;5</p>", 4),
)
