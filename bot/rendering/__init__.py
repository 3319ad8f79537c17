"""Pure: domain values in, Slack messages out, escaped and within Slack's limits."""

from bot.rendering.administrators.digest import (
    Digest,
    DigestGap,
    render_digest,
    render_digest_choice,
    render_no_digest,
)
from bot.rendering.administrators.gaps import GapList, render_gaps
from bot.rendering.administrators.runs import (
    Work,
    render_busy,
    render_ingest_report,
    render_plan,
    render_progress,
    render_publications,
    render_rollback_started,
    render_work_started,
    work_started,
)
from bot.rendering.administrators.standing import (
    AdminPage,
    Running,
    Standing,
    render_admin_help,
    render_registered_sources,
    render_status,
)
from bot.rendering.answers import (
    outcome_text,
    render_outcome,
    render_private_outcome,
    render_sentences,
    render_shared_outcome,
)
from bot.rendering.channels import render_channel, render_no_channel
from bot.rendering.definitions import render_definition
from bot.rendering.elements.blocks import Block, RenderedMessage, fits, render_plainly
from bot.rendering.elements.choices import Choice, Used
from bot.rendering.elements.forms import REASON_FORM, ReasonForm, render_reason_form
from bot.rendering.experts import (
    ANSWER_FORM,
    render_answer_form,
    render_decline,
    render_expert_answer,
    render_expert_question,
    render_waiting,
)
from bot.rendering.home import HomePage, render_home
from bot.rendering.notices import (
    SUGGESTED_PROMPTS,
    render_denied,
    render_failure,
    render_help,
    render_notice,
    render_question,
)
from bot.rendering.personal import (
    ASK_FORM,
    TERM_FORM,
    render_ask_form,
    render_data,
    render_term,
    render_terms,
)
from bot.rendering.sections.reading import View, render_gone, render_page
from bot.rendering.sections.references import SectionReference

__all__ = [
    "ANSWER_FORM",
    "ASK_FORM",
    "REASON_FORM",
    "SUGGESTED_PROMPTS",
    "TERM_FORM",
    "AdminPage",
    "Block",
    "Choice",
    "Digest",
    "DigestGap",
    "GapList",
    "HomePage",
    "ReasonForm",
    "RenderedMessage",
    "Running",
    "SectionReference",
    "Standing",
    "Used",
    "View",
    "Work",
    "fits",
    "outcome_text",
    "render_admin_help",
    "render_answer_form",
    "render_ask_form",
    "render_busy",
    "render_channel",
    "render_data",
    "render_decline",
    "render_definition",
    "render_denied",
    "render_digest",
    "render_digest_choice",
    "render_expert_answer",
    "render_expert_question",
    "render_failure",
    "render_gaps",
    "render_gone",
    "render_help",
    "render_home",
    "render_ingest_report",
    "render_no_channel",
    "render_no_digest",
    "render_notice",
    "render_outcome",
    "render_page",
    "render_plainly",
    "render_plan",
    "render_private_outcome",
    "render_progress",
    "render_publications",
    "render_question",
    "render_reason_form",
    "render_registered_sources",
    "render_rollback_started",
    "render_sentences",
    "render_shared_outcome",
    "render_status",
    "render_term",
    "render_terms",
    "render_waiting",
    "render_work_started",
    "work_started",
]
