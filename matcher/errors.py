"""What can be wrong with a diagnosis that somebody typed or sent."""


class DiagnosisError(ValueError):
    """The input cannot be read as a diagnosis; the message is one sentence for the person who sent it."""


class TrialNotFoundError(ValueError):
    """The catalogue holds no trial of that id."""


class DenseModelError(ValueError):
    """The sentence model that was named cannot be used; the message is one sentence for who set it."""
