"""The user's own file of answers: a small JSON that they name, read and written by nobody else.

    {"format": "calcitrials answers 1",
     "trials": {"NCT03582800": [{"key": "9f…", "side": "exclusion", "text": "…", "answer": "no"}, …]}}

``answer`` is "yes", "no", "not sure", or "" where nothing was answered. What an answer belongs to is the key, a hash of
side and text (`items.item_key`): one whose text was changed by the registry, or by hand, answers nothing and is kept.
"""

from collections.abc import Mapping, Sequence

import msgspec

from matcher.screening.items import item_key
from matcher.screening.records import Answer, CheckedItem

FORMAT = "calcitrials answers 1"


class AnswersError(ValueError):
    """A file that is no file of answers."""


class AnsweredItem(msgspec.Struct):
    """A criterion with its answer, as the file has it. text: for the person who opens the file."""

    key: str
    side: str
    text: str
    answer: str = ""


class AnswerFile(msgspec.Struct):
    """The file as a whole: by trial the criteria and their answers."""

    format: str = FORMAT
    trials: dict[str, list[AnsweredItem]] = {}

    def of(self, trial_id: str) -> dict[str, Answer]:
        """The answers to a trial's criteria by key, without those whose text is not the one that the key is of."""
        return {
            one.key: Answer(one.answer)
            for one in self.trials.get(trial_id, ())
            if one.answer and one.key == item_key(one.side, one.text)
        }

    def keep(self, trial_id: str, items: Sequence[CheckedItem], answers: Mapping[str, Answer]) -> None:
        """Hold a trial's criteria with the user's answers, open ones to be filled in, and the answers to criteria that
        the record no longer has.
        """
        known = {one.key for one in items}
        earlier = [one for one in self.trials.get(trial_id, ()) if one.answer and one.key not in known]
        self.trials[trial_id] = [
            AnsweredItem(one.key, one.side, one.text, str(answers.get(one.key, ""))) for one in items
        ] + earlier

    def clear(self, trial_id: str) -> int:
        """Forget all answers of a trial; how many there were."""
        return sum(1 for one in self.trials.pop(trial_id, ()) if one.answer)


def read_answers(data: bytes) -> AnswerFile:
    """The answers that a file holds. Raises AnswersError, which says what is wrong with it."""
    if not data.strip():
        return AnswerFile()
    try:
        file = msgspec.json.decode(data, type=AnswerFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnswersError(f"it is no file of answers: {error}") from None
    if file.format != FORMAT:
        raise AnswersError(f"it is no file of answers: its format is {file.format!r}, known is {FORMAT!r}")
    known = {answer.value for answer in Answer}
    for trial_id, items in file.trials.items():
        for one in items:
            one.answer = one.answer.strip().lower().replace("_", " ")
            if one.answer and one.answer not in known:
                raise AnswersError(
                    f"{trial_id}: {one.answer!r} is no answer: write {', '.join(sorted(known))}, or nothing"
                )
    return file


def write_answers(file: AnswerFile) -> bytes:
    """The file's bytes, for people to read."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
