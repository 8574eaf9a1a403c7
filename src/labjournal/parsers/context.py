"""What the lines before a result say about it: role, data set, checkpoint, options, step, section."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from labjournal.parsers import context_forms as forms
from labjournal.parsers.above import Above
from labjournal.parsers.commands import Command
from labjournal.parsers.headings import BOLD, FRAMED, LOGGED, Path, dated, entered, logged, marked, named, underlined
from labjournal.parsers.log_prefix import body
from labjournal.parsers.names import is_metric_word, role_of, words_of
from labjournal.parsers.reading import RoleName, StepKind
from labjournal.parsers.section_roles import SectionRoles
from labjournal.parsers.settings_lines import NO_INDENT, opens_settings
from labjournal.parsers.stated import checkpoint_stated, data_stated, option_stated, setup_stated, subject_stated
from labjournal.parsers.steps import find_step, names_only_a_step
from labjournal.parsers.subjects import bare_label, ended, whose
from labjournal.parsers.titles import PLAIN_TITLE, bare_title, plain_title, says_whose, title_owner, title_role, wished
from labjournal.parsers.value_lists import column_roles
from labjournal.parsers.vocabulary import FILLER, HEADLINE

IN_A_LIST = 3
"""So many single words straight above each other head nothing."""


@dataclass(slots=True)
class Context:
    """What stands above the current line. One per text; changed by ``observe``."""

    source: str = ""
    source_role: RoleName = "unclear"
    role: RoleName = "unclear"
    dataset: str | None = None
    n: int | None = None
    dataset_framed: bool = False
    """A title between marks named the data set: the next one that names anybody ends it."""
    dataset_used: bool = False
    """A result already stands under the data set."""
    checkpoint: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    group: str | None = None
    """The bare name or short heading that stands straight above."""
    group_line: int = -99
    group_first: tuple[str, str] = ("", "")
    """It, and the first line of values below it."""
    words_alone: tuple[int, int] = (-99, 0)
    """The last line that was one word, and how many stood straight above each other: three are a list of samples."""
    step: tuple[StepKind, float] | None = None
    sections: SectionRoles = field(default_factory=SectionRoles)
    block: int = 0
    reset: bool = False
    """Training was said to be over, or a test to begin: what follows is no point of a curve."""
    titles: dict[str, int] = field(default_factory=dict)
    """What was announced (``confusion``) -> the line that did."""
    bar_done: bool = False
    """The epoch above has already printed its closing line."""
    observed: tuple[str, int] = field(default=("", -9), compare=False)
    """The last line that was, and its number."""
    under_ruler: bool = False
    """A ruler stands on the line above: what comes is a heading, as a rule."""
    settings: int | None = None
    """Indent of the heading of settings above."""
    phase: bool = False
    """The role was announced by a line such as "Start testing" within an epoch."""
    section: int = 0
    """Counts markdown headings: the same value under another heading is another measurement."""
    path: Path = ()
    """The headings above."""
    fenced: bool = False
    """Between the fences of markdown: what looks like a heading there is a comment."""
    passed: float | None = None
    """The last step that was named, said to be over or not."""
    columns: tuple[RoleName, ...] = ()
    """The roles that a header over columns named: ``Train | Validation | Test``."""
    wishes: bool = False
    """The heading above announces targets, examples or other people's numbers."""
    heading: str = ""
    """The words of the last heading."""
    setup: tuple[tuple[str, str], ...] = ()
    """The settings that the last line of settings stated."""
    setup_line: str = field(default="", compare=False)
    measuring: tuple[RoleName, int] = ("unclear", -9)
    """The set whose pass is being measured batch by batch, and the last line that said so."""
    listed: str = ""
    """The heading of the list of values that ended on the line before."""
    above: Above = field(default_factory=Above, compare=False)
    commanded: bool = False
    """The data set and the role are those of a command line above."""

    def columns_at(self, number: int) -> tuple[RoleName, ...]:
        """The roles of the columns on this line, while it follows their header without a break."""
        if not self.columns or number - self.titles.get("columns", -99) > 2:
            return ()
        self.titles["columns"] = number
        return self.columns

    def group_at(self, number: int, text: str) -> str | None:
        """The group of a value on this line: its heading, or the last value under it, stands just above."""
        if self.group is None or number - self.group_line > 3:
            self.group = None
        elif self.group_first[0] == self.group and ended(*self.group_first, text):
            self._end_group()
        else:
            self.group_line = number
            self.group_first = self.group_first if self.group_first[0] == self.group else (self.group, text)
        return self.group

    def _end_group(self) -> None:
        self.path = tuple(step for step in self.path if step != (LOGGED, self.group))
        self.group, self.block = None, self.block + 1
        self.above.end()

    def within_settings(self, text: str) -> bool:
        """Whether this line stands under a heading of settings (``loss_weights:``), deeper than it."""
        if self.settings is None or not text.strip():
            return False
        if len(text) - len(text.lstrip()) > self.settings:
            return True
        self.settings = None
        return False

    def begin(self, text: str) -> None:
        """Takes in who writes a line, where its logger says so."""
        self.path = self.path if (name := logged(text)) is None else entered(self.path, LOGGED, name)

    def observe_head(self, text: str) -> None:
        """Takes in what stands before the values of a line: a checkpoint or a data set, nothing else."""
        if 0 < len(text) <= 200:
            self._checkpoint(text)
            self._dataset(text)

    def pass_by(self, text: str, number: int) -> None:
        """Takes in a line, with its log prefix, of which is known that it says nothing of those after it."""
        self.observed = text, number
        self.above.pass_by(text)

    def observe(self, text: str, number: int) -> None:
        """Takes in what a line says about the lines after it. ``text`` is without its log prefix."""
        if not text:
            self.settings = None if self.settings == NO_INDENT else self.settings
            self.role = self.sections.parted(number, self.role, valued=not self.above.lines)
            self.above.take(text)
            return
        if (command := self.above.take(text)) is not None:
            self._asked(command)
        if len(text) > 400:
            return
        self.within_settings(text)
        if forms.FLAG.match(text):
            return
        if text.count("=") > 1 and (setup := setup_stated(text)):
            self.setup, self.setup_line = setup, text
        (above, at), self.observed = self.observed, (text.rstrip(), number)
        if (
            at == number - 1
            and not self.fenced
            and (heading := underlined(body(above).rstrip(), text.rstrip())) is not None
        ):
            self.path, self.group = entered(self.path, *heading), None
            self.block += 1
            return
        if forms.RULER.match(text):
            self.block += 1
            self.under_ruler = True
            return
        if self.under_ruler and text.strip():
            self.under_ruler = False
            self._under_ruler(text, number)
        low = text.lower()
        self._announces(text, low, number)
        self._heads(text, number)
        self._owned(text, number, checkpoint=self._states(text, low, number))
        if names_only_a_step(text) and (step := find_step(text)) is not None:
            self.step, self.reset, self.bar_done, self.passed = step[:2], False, False, step[1]
            self.role = "unclear" if self.role == "test" else self.role

    def _announces(self, text: str, low: str, number: int) -> None:
        """Takes in what is said to come: a matrix, counts, settings, the end of the training, a section."""
        self.titles |= dict.fromkeys(forms.announced(text, low), number)
        if any(part in low for part in forms.RESET_PARTS) and forms.RESET.search(text):
            self.reset = True
            self.step = None
        opened = opens_settings(text) if text.rstrip().endswith((":", "{", "]", "outlier")) else None
        self.settings = self.settings if opened is None else opened
        if text.startswith("#") and forms.HEADING.match(text) and find_step(text) is None:
            self.section += 1
        if text.startswith(("```", "~~~")):
            self.fenced = not self.fenced
            self.titles["fence"] = number
            self.wishes = self.wishes and self.fenced
            self.role = self.sections.fence(self.role, opened=self.fenced)
        elif (not self.fenced or self._ended_before(text, number)) and (heading := marked(text)) is not None:
            self.path = entered(self.path, *heading)
            if heading[0] < BOLD or self.path[-1:] == (heading,):
                self.above.end()
            self.role = self.sections.entered(heading[0], self.role)

    def _ended_before(self, text: str, number: int) -> bool:
        """Whether a fence closed what began before the text: a blank line and a heading follow it, no output."""
        stray = text.startswith("##") and number - self.titles.get("fence", -9) == forms.BEHIND_FENCE
        self.fenced = self.fenced and not stray
        return stray

    def _heads(self, text: str, number: int) -> None:
        """Takes in a title, whatever marks it, and the role that it gives to what stands below."""
        if (announced := forms.ANNOUNCED.fullmatch(text)) is not None:
            self.role, self.reset = role_of([announced["verb"].lower()]), True
        phase = forms.PHASE.match(text) if self.passed is not None and len(text) <= 60 else None
        if phase is not None:
            role = role_of([phase["verb"].lower()])
            self.role, self.phase = ("unclear" if role == "train" else role), role != "train"
        self.wishes = self.wishes or (len(text) <= 80 and forms.DIFFERS.fullmatch(text) is not None)
        if columns := column_roles(text):
            self.columns, self.titles["columns"] = columns, number
        title = forms.titled(text)
        if title is None and bare_title(text) and role_of(words_of(text)) != self.role:
            self._entitle(text.strip(), number, framed=True)
        if title is not None:
            self._entitle(title["framed"] or title["plain"] or "", number, framed=title["framed"] is not None)
        if text[:1] == "#" and not self.fenced:
            self.sections.headed(text)

    def _states(self, text: str, low: str, number: int) -> bool:
        """Takes in a checkpoint, a data set, a model or an option that a line states; whether it is a checkpoint."""
        checkpoint = any(part in low for part in forms.CHECKPOINT_PARTS) and self._checkpoint(text)
        if any(part in low for part in forms.DATASET_PARTS) or low.lstrip(" \t=-*#>").startswith(forms.DATASET_STARTS):
            self._dataset(text)
        if ":" in text or "=" in text or "..." in text or "ing " in low:
            if (subject := subject_stated(text)) is not None:
                self.group, self.group_line = subject, number
                self.block += 1
            if (option := option_stated(text)) is not None and (len(self.options) < 12 or option[0] in self.options):
                self.options[option[0]] = option[1]
        return checkpoint

    def _owned(self, text: str, number: int, *, checkpoint: bool) -> None:
        """Takes in a line that is nothing but a name: what stands straight below is of that."""
        stripped = text.strip()
        subject = whose(text)
        if subject is not None:
            self.path = entered(self.path, LOGGED, subject)
            self.group, self.group_line = subject, number
            self.block += 1
            self.above.end()
        elif forms.AVERAGE.fullmatch(stripped) or (not checkpoint and bare_label(text)):
            self.group, self.group_line = stripped, number
            self.block += 1
        elif (heading := named(text)) is not None:
            self.path, self.group = entered(self.path, *heading), None
            self.block += 1
        elif self.group is not None and forms.NAME.fullmatch(text):
            self.group = None  # what follows is somebody else's
        if stripped.isalpha():
            before, many = self.words_alone
            self.words_alone = number, (many + 1 if before == number - 1 else 1)
            self.group = None if self.words_alone[1] >= IN_A_LIST else self.group

    def lead_in(self) -> None:
        """Values stand below: settings stated before other values do not hold for them."""
        stated = self.setup_line in self.above.lines
        if self.above.given() and not stated:
            self.setup = ()

    def _asked(self, command: Command) -> None:
        """Takes in what a command line asks for; that holds up to the next one."""
        dataset, role = command.dataset, command.role
        if dataset is not None or self.commanded:
            self.dataset, self.n, self.dataset_used = dataset, None, False
        if role != "unclear" or self.commanded:
            self.role = role
        self.commanded = dataset is not None or role != "unclear"
        self.block += 1

    def reach(self, step: tuple[StepKind, float]) -> None:
        """A line with values names this step: training goes on, whatever was announced before."""
        if self.phase and step[1] != self.passed:
            self.role, self.phase = "unclear", False  # the next epoch ends what "Start testing" announced
        self.step, self.passed = step, step[1]

    def _under_ruler(self, text: str, number: int) -> None:
        plain = len(text) <= 80 and re.search(r":(?!\d)|=", text) is None  # "DATALOADER:0 TEST RESULTS" is a heading
        words = words_of(text) if plain else []
        if not 0 < len(words) <= 8 or find_step(text) is not None:
            return
        if role_of(words) in ("test", "validation"):
            self._entitle(text.strip(), number, framed=True)
        elif text.strip()[0].isupper() and set(words) & PLAIN_TITLE and not set(words) <= PLAIN_TITLE:
            self.role, self.block = "unclear", self.block + 1  # "HYBRID RESULTS": somebody else's

    def _entitle(self, title: str, number: int, *, framed: bool) -> None:
        title = plain_title(title)
        if not (words := words_of(title)):
            return
        if framed and not title.startswith("#"):
            self.section += self.path != (path := entered(self.path, FRAMED, title))
            self.path = path
            if self.dataset_framed and says_whose(words):
                self.dataset, self.n, self.dataset_framed = None, None, False
        self.setup = ()
        step = find_step(title)
        role = title_role(words, trained="final" not in words and (self.passed is not None or step is not None))
        self.wishes = (self.wishes and self.fenced) or (wished(title) and not any(map(str.isdigit, title)))
        self.heading = title.strip(" *#")
        if "overall" in words and self.group is not None:
            self._end_group()
        if framed or role != "unclear" or not set(words) & PLAIN_TITLE or {"best", "final"} & set(words):
            self.block += 1  # "Classification report:" between an accuracy and its report parts nothing
        if role != "unclear" and (len(words) <= 6 or (framed and "cross" in words)):
            # "Training results" may head anything that came out of a training: only what is tested says more.
            measured = role != "train" or self.step is not None or set(words) & forms.OF_TRAINING
            self.role = role if measured else "unclear"
            self.sections.unmarked = "unclear" if framed else self.role
            self.reset = self.reset or role == "test"
        if step is not None:
            self.step, self.reset, self.bar_done, self.passed = (step[0], step[1]), False, False, step[1]
            return
        plain = set(words) & PLAIN_TITLE or role != "unclear" or set(words) <= FILLER | HEADLINE
        few = len(words) <= 4 or (any(map(is_metric_word, words)) and len(title.split()) <= 4)
        owner = title_owner(title) if plain and role == "unclear" else None
        owner = self.heading if not plain and few and not dated(title) else owner
        if owner is not None:
            self.group, self.group_line = owner, number
        elif framed:
            self.group = None

    def _checkpoint(self, text: str) -> bool:
        """Takes in the checkpoint a line names; True when it names one."""
        found = checkpoint_stated(text)
        if found and found != self.checkpoint:
            self.checkpoint = found
            if self.dataset_used:
                # Stated for the checkpoint before; a loop over checkpoints may still mean it, but nothing says so.
                self.dataset = self.n = None
                self.role = "unclear"
            self.step, self.block = None, self.block + 1
        return found is not None

    def _dataset(self, text: str) -> None:
        stated = data_stated(text)
        if stated is None:
            return
        self.role = stated.role if stated.role != "unclear" else self.role
        if stated.name is not None:
            self.dataset, self.n, self.dataset_used = stated.name, stated.n, False
            self.dataset_framed = text.lstrip()[:1] in "#=-*~"
            self.block += 1
        elif stated.n is not None:
            self.n = stated.n
