from bot.record.channels import Channels
from knowledge.record.database import Database
from tests.fakes import START


def test_a_channel_hears_mentions_only_until_somebody_chooses(database: Database) -> None:
    assert Channels(database).mode("C1") == "mention"


def test_the_last_choice_counts_and_is_kept(database: Database) -> None:
    channels = Channels(database)

    for mode in ("sure", "threads"):
        channels.choose("C1", mode, by="U1", at=START)

    assert channels.mode("C1") == "threads"
    assert Channels(database).mode("C1") == "threads"
    assert Channels(database).mode("C2") == "mention"
