"""What a step from one concept to another costs: what is reached by it counts so much of the concept itself."""

DOWN = 0.8
"""To a kind of the disease: a trial of it may need a feature that the patient lacks."""
UP = 0.87
"""To a wider disease, each step."""
NEARLY = 0.95
"""To what nearly means the same: a wider or narrower finding, a group that accepts it, a kind of a kind, a spectrum."""
MANY_KINDS = 20
"""A disease of more kinds than this is less near to each of them."""
WIDER = 0.75
"""By how much it is less near."""
BY_TREE = 0.62
"""The step stands in a tree that files a disease below an organ, a sign or a cause too."""
ONE_OF_SEVERAL = 0.8
"""The tree files the disease at several places."""
GROUP_ABOVE = 0.4
"""To a wide heading, or to a member of a wide group that its trials seldom mean: a hint."""
MAX_REACHED = 600
"""How many kinds of a concept are looked at."""
WIDE = 120
"""A concept with more descendants is a heading: it is not followed upwards."""
WIDEST_KIN = 200
"""A group with more descendants than this makes nobody related."""
COMMON = 60
"""What more diseases than this come with is common: it hints at no trial and points at no disease."""
NEAR = 0.6
"""From here on what is said of one concept is said of the other: denied, excluded, required, regular."""
