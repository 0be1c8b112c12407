"""Small words of seven languages that say how what follows belongs to a name, in flat letters."""

BEARERS = frozenset(("in", "bei", "beim", "chez", "bij", "nel", "nella"))
"""Behind these stands who has a finding: "no calcinosis in scleroderma" denies no scleroderma."""
MEANS = frozenset(("by", "via", "par", "durch", "mittels", "mediante", "tramite", "door", "middels"))
"""Behind these stands by what something was found out or done: "excluded by aspiration"."""
WITH = frozenset(("with", "avec", "mit", "con", "com", "met"))
"""What begins with these is no item of a list: "no fever, with rash"."""
HAS = frozenset(
    (
        *(
            "has",
            "had",
            "is",
            "was",
            "suffers",
            "suffered",
            "hat",
            "hatte",
            "ist",
            "leidet",
            "litt",
            "ha",
            "aveva",
            "soffre",
        ),
        *(
            "tiene",
            "tenia",
            "padece",
            "sufre",
            "tem",
            "tinha",
            "sofre",
            "a",
            "avait",
            "souffre",
            "heeft",
            "had",
            "lijdt",
        ),
    )
)
"""Somebody who is named before a comma has what follows: "the mother, 31 years old, had gout"."""
NOT = frozenset(("non", "nao", "nicht", "niet"))
"""One of these and an adjective behind a name are part of it: "calcifilassi non uremica"."""
WRITERS = frozenset(("i", "ich", "ik", "je", "yo", "io", "eu", "moi"))
"""Who writes of himself."""
RELATIVE = frozenset(("which", "that", "que", "qui", "che", "welche", "welcher", "welches", "dat"))
"""Behind these stands more of what is named before: "a haematoma which has resolved"."""
BORN = frozenset(
    (
        *("newborn", "neonate", "infant", "nourrisson", "neugeborenes", "neugeborener", "saugling", "nacido", "nacida"),
        *("lactante", "neonato", "neonata", "lattante", "nascido", "nascida", "lactente", "pasgeborene", "zuigeling"),
        *("nouveau-ne", "nouveau-nee", "nouvelle-nee"),
    )
)
"""Who is just born, and is the patient where a line begins with him."""
