"""An article at its quote, with why it was found and what is related to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import OptionList, Static

from assistant.tui.bidi import Bidi
from assistant.tui.messages import OpenArticle
from assistant.tui.palette import palette_for
from assistant.tui.settings import KEYS
from assistant.tui.text import (
    Paragraphs,
    Part,
    article_parts,
    as_option,
    draw,
    one_line,
    place,
    short_date,
    why_lines,
)
from assistant.types import Answer, Article, Citation, RelatedArticle


class ArticleView(ScrollView, can_focus=True):
    """The paragraphs of one article; only the lines in sight are drawn."""

    def __init__(self, *, bidi: Bidi) -> None:
        self.bidi = bidi
        self.article: Article | None = None
        self.citation: Citation | None = None
        self.evidence: tuple[Citation, ...] = ()
        self._lines: list[Text] = []
        self._first_lines: dict[int, int] = {}
        self._quote_line = 0
        super().__init__(classes="source-text")

    def on_mount(self) -> None:
        """Draw again in the colours of another theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._lay_out())

    def show(
        self, article: Article, citation: Citation | None, evidence: Sequence[Citation]
    ) -> None:
        """Show an article with its evidence; scroll to the quote."""
        self.article, self.citation, self.evidence = article, citation, tuple(evidence)
        self._lay_out()
        self.call_after_refresh(self._to_quote)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width, the quote kept in sight."""
        if event.size.width != event.virtual_size.width or not self._lines:
            self._lay_out()
            self.call_after_refresh(self._to_quote)

    def _lay_out(self) -> None:
        width = (
            self.scrollable_content_region.width or self.size.width
        ) - 1  # clear of the scrollbar
        if self.article is None or width <= 0:
            return
        dark = self.app.current_theme.dark
        parts = article_parts(self.article, self.citation, self.evidence, palette_for(dark=dark))
        palette = palette_for(dark=dark)
        self._lines, self._first_lines, self._quote_line = [], {}, -1
        for position, part in parts:
            self._first_lines.setdefault(position, len(self._lines))
            for line in draw(part, width, bidi=self.bidi):
                if self._quote_line < 0 and any(s.style == palette.quote for s in line.spans):
                    self._quote_line = len(self._lines)
                self._lines.append(line)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _to_quote(self) -> None:
        if self.citation is None:
            self.scroll_home(animate=False)
            return
        line = self._quote_line
        if line < 0:
            line = self._first_lines.get(self.citation.paragraph, 0)
        self.scroll_to(y=max(0, line - self.size.height // 3), animate=False)

    def render_line(self, y: int) -> Strip:
        """The line at ``y`` of what is in sight."""
        at = self.scroll_offset.y + y
        style = self.rich_style
        if not 0 <= at < len(self._lines):
            return Strip.blank(self.size.width, style)
        segments = self._lines[at].render(self.app.console)
        strip = Strip(Segment.apply_style(segments, style))
        return strip.crop(0, self.size.width).extend_cell_length(self.size.width, style)


class SourcePane(Vertical):
    """A whole article with the evidence highlighted; why it was found; related articles."""

    def __init__(self, *, bidi: Bidi, classes: str) -> None:
        self.bidi = bidi
        self.article: Article | None = None
        self.citation: Citation | None = None
        self.answer: Answer | None = None
        self.evidence: tuple[Citation, ...] = ()
        super().__init__(classes=f"source {classes}")

    def compose(self) -> ComposeResult:
        """Title, article, why, related."""
        yield Static(classes="source-title")
        yield Static(classes="source-place")
        yield ArticleView(bidi=self.bidi)
        yield Static(classes="source-why")
        yield Static(classes="related-title")
        yield OptionList(classes="related", markup=False)

    def on_mount(self) -> None:
        """Draw again in the colours of another theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._head())

    @property
    def view(self) -> ArticleView:
        """The article's text."""
        return self.query_one(ArticleView)

    def show(
        self,
        article: Article,
        *,
        citation: Citation | None,
        answer: Answer | None,
        evidence: Sequence[Citation],
        related: Sequence[RelatedArticle],
    ) -> None:
        """Show an article, scrolled to its quote."""
        self.article, self.citation, self.answer = article, citation, answer
        self.evidence = tuple(evidence)
        self._head()
        self.view.show(article, citation, evidence)
        choices = self.query_one(".related", OptionList)
        choices.clear_options()
        choices.add_options(
            as_option(f"{item.title} ({item.why.value})", bidi=self.bidi, id=item.article_id)
            for item in related
        )
        self.set_class(bool(related), "-has-related")
        if not related:
            self.remove_class("-show-related")

    def _head(self) -> None:
        if self.article is None:
            return
        palette = palette_for(dark=self.app.current_theme.dark)
        title = Paragraphs([Part(Text(one_line(self.article.title)))], bidi=self.bidi)
        self.query_one(".source-title", Static).update(title)
        facts = [self.article.site or "", self.article.author or ""]
        facts.append(short_date(self.article.published) if self.article.published else "")
        told = " · ".join(one_line(fact) for fact in facts if fact)
        if self.citation is not None:
            at = self._at() + 1
            which = f"[{at}] of {len(self.evidence)} · " if len(self.evidence) > 1 else ""
            told = which + place(self.citation)
        self.query_one(".source-place", Static).update(Text(told))
        self.query_one(".source-place", Static).display = bool(told)
        why = why_lines(self.answer, self.citation, palette) if self.citation else []
        head = Text.assemble(("Why  ", "bold"))
        self.query_one(".source-why", Static).update(
            Text.assemble(head, Text(" · ").join(why)) if why else ""
        )
        self.set_class(bool(why), "-has-why")
        self.query_one(".related-title", Static).update(Text("Related", style="bold"))

    def _at(self) -> int:
        return self.evidence.index(self.citation) if self.citation in self.evidence else 0

    def evidence_step(self, step: int) -> Citation | None:
        """The citation ``step`` places further, around the end."""
        if self.citation is None or not self.evidence:
            return None
        return self.evidence[(self._at() + step) % len(self.evidence)]

    def toggle_why(self) -> None:
        """Show or hide why this passage was found, where there is no room for it all the time."""
        self.toggle_class("-show-why")
        self.remove_class("-show-related")

    def toggle_related(self) -> None:
        """Show the related articles and go there, or back to the text."""
        choices = self.query_one(".related", OptionList)
        if choices.has_focus:
            self.remove_class("-show-related")
            self.view.focus()
        elif choices.option_count:
            self.add_class("-show-related")
            self.remove_class("-show-why")
            choices.focus()
            choices.highlighted = 0
        else:
            self.notify("No article is related to this one.")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open a related article."""
        event.stop()
        if event.option.id is not None:
            self.post_message(OpenArticle(event.option.id))


def keys_line(keys: Mapping[str, str]) -> str:
    """The keys of a source in one line, short enough for 60 columns."""
    first = {key.name: keys.get(key.name, key.keys).split(",")[0] for key in KEYS}
    evidence = f"{first['next_evidence']}/{first['previous_evidence']} evidence"
    words = {"open_link": "open", "copy": "copy", "why": "why", "related": "related"}
    return "  ".join(
        ["Esc close", evidence, *(f"{first[name]} {word}" for name, word in words.items())]
    )


class SourceScreen(Screen[None]):
    """A source on a screen of its own, where there is no room beside the conversation."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "back")]

    def __init__(self, *, bidi: Bidi, keys: Mapping[str, str]) -> None:
        """Make the screen; ``keys`` are those that the user has set, by name."""
        self.bidi = bidi
        self.keys = keys
        super().__init__()

    def compose(self) -> ComposeResult:
        """The pane and the keys."""
        yield SourcePane(bidi=self.bidi, classes="alone")
        yield Static(Text(keys_line(self.keys)), classes="source-keys")

    def on_mount(self) -> None:
        """Keys go to the text."""
        self.query_one(ArticleView).focus()

    def action_back(self) -> None:
        """From the related articles to the text, from there to the conversation."""
        pane = self.query_one(SourcePane)
        if pane.query_one(".related", OptionList).has_focus:
            pane.toggle_related()
        else:
            self.dismiss()
