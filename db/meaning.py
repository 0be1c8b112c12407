"""What a field of a record means: the one place that says it, for the code and for the catalogue's comments."""

import msgspec


def meaning(text: str, **extra: object) -> msgspec.Meta:
    """What a field means, as the comment of its column or table says it.

    Of a date or an age limit: what it is of, without a full stop, as several columns speak of it. has_kind: a date that
    may be actual or estimated. column, column_meaning: of a table of texts. is_number: a text that is usually a number;
    a column beside it holds the number. is_of_present_record: a table that history names but does not keep.
    is_personal: a table of personal data, which goes nowhere unless asked for.
    """
    return msgspec.Meta(description=text, extra=dict(extra))
